import * as formulajs from '@formulajs/formulajs';
import { dateFunctions } from './formula-dates.js';
import { textFunctions } from './formula-texts.js';

export type FormulaFunction = (...args: unknown[]) => unknown;

/**
 * Functions of the library whose work grows with their arguments as written and no faster. Left out is what counts up to
 * a number it is given (FACT, COMBIN, SERIESSUM), makes tables (MUNIT, EXPAND), compares all with all (UNIQUE, MODE),
 * makes a backtracking pattern of a text (MATCH, VLOOKUP), iterates towards a result (IRR, RATE), or reads the server's
 * time zone (the date functions; ours are in UTC).
 */
const FROM_LIBRARY = `
  ABS ACOS ACOSH ACOT ACOTH ASIN ASINH ATAN ATAN2 ATANH CEILING COS COSH COT COTH CSC CSCH DEGREES EVEN EXP FLOOR INT
  LN LOG LOG10 MOD MROUND ODD PI POWER QUOTIENT RADIANS ROUND ROUNDDOWN ROUNDUP SEC SECH SIGN SIN SINH SQRT TAN TANH
  TRUNC BITAND BITOR BITXOR HEX2DEC BIN2DEC OCT2DEC EFFECT NOMINAL FV PV PMT NPER SLN
  SUM SUMSQ SUMPRODUCT PRODUCT AVERAGE AVERAGEA MIN MAX MINA MAXA COUNT COUNTA COUNTBLANK COUNTIF SUMIF AVERAGEIF MEDIAN
  LARGE SMALL VARP STDEVP GEOMEAN HARMEAN
  IF IFS IFERROR IFNA AND OR NOT XOR SWITCH CHOOSE TRUE FALSE NA
  ISBLANK ISERROR ISERR ISNA ISNUMBER ISTEXT ISNONTEXT ISLOGICAL ISEVEN ISODD N T TYPE
  CHAR CLEAN CODE EXACT FIND FIXED LEFT LEN LOWER MID PROPER REPLACE RIGHT SEARCH TEXT TRIM UNICHAR UNICODE UPPER VALUE
`;

/** Excel's older names, which the library has as groups of functions. */
const RENAMED: readonly [string, string][] = [
  ['PERCENTILE', 'PERCENTILEINC'],
  ['QUARTILE', 'QUARTILEINC'],
  ['VAR', 'VARS'],
  ['STDEV', 'STDEVS'],
];

/** Every function of the engine `formula.js` by its name in capitals. What is not here cannot be called. */
export const formulaFunctions: ReadonlyMap<string, FormulaFunction> = new Map([
  ...FROM_LIBRARY.trim()
    .split(/\s+/)
    .map((name): [string, FormulaFunction] => [name, libraryFunction(name)]),
  ...RENAMED.map(([name, theirs]): [string, FormulaFunction] => [name, libraryFunction(theirs)]),
  ...dateFunctions,
  ...textFunctions,
]);

function libraryFunction(name: string): FormulaFunction {
  const found = (formulajs as unknown as Record<string, unknown>)[name];
  if (typeof found !== 'function') throw new Error(`@formulajs/formulajs has no function ${name}`);
  return found as FormulaFunction;
}
