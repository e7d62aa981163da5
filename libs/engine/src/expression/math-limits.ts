import { EngineError } from '../contract/engine-error.js';

/** Elements that one call may create, and the largest argument of functions whose work grows with it. */
const MOST = 10_000;
const MOST_DIGITS = 100;

/**
 * Functions that read or run expressions, reach the library's configuration, or whose work is exponential in the size
 * of their input. They are refused when an expression is compiled.
 */
export const REFUSED_FUNCTIONS: ReadonlySet<string> = new Set(
  `import createUnit evaluate parse compile simplify simplifyCore simplifyConstant derivative rationalize symbolicEqual
  leafCount resolve reviver replacer parser chain typed config help create setPowerset solveODE matrixFromFunction
  bigint numeric freqz zpk2tf print`.split(/\s+/),
);

type Limit = (args: readonly unknown[]) => boolean;

const numbersIn = (args: readonly unknown[]): number[] =>
  args.flatMap((arg) =>
    isCollection(arg) ? numbersIn(entriesOf(arg)) : isNumeric(arg) ? [Math.abs(Number(arg))] : [],
  );

const isNumeric = (arg: unknown): boolean =>
  typeof arg === 'number' || typeof arg === 'bigint' || typeof arg === 'string' || hasMethod(arg, 'toNumber');

function isCollection(arg: unknown): boolean {
  return Array.isArray(arg) || hasMethod(arg, 'toArray');
}

function hasMethod(arg: unknown, name: string): boolean {
  return typeof arg === 'object' && arg !== null && typeof (arg as Record<string, unknown>)[name] === 'function';
}

function entriesOf(arg: unknown): unknown[] {
  return Array.isArray(arg) ? arg : (arg as { toArray(): unknown[] }).toArray();
}

function countOf(arg: unknown): number {
  return isCollection(arg) ? entriesOf(arg).reduce<number>((sum, entry) => sum + countOf(entry), 0) : 1;
}

const product = (numbers: readonly number[]): number =>
  numbers.reduce((total, number) => total * Math.max(number, 1), 1);

const smallSize: Limit = (args) => product(numbersIn(args)) <= MOST;
const smallSquare: Limit = (args) => {
  const sizes = numbersIn(args);
  return product(sizes.length === 1 ? [...sizes, ...sizes] : sizes) <= MOST;
};
const smallNumbers: Limit = (args) => numbersIn(args).every((number) => number <= MOST);
const smallNumber: (most: number) => Limit = (most) => (args) => numbersIn(args).every((number) => number <= most);
const fewElements: Limit = (args) => args.reduce<number>((sum, arg) => sum + countOf(arg), 0) <= MOST;
const smallProduct: Limit = (args) => product(args.map(countOf)) <= MOST;
const squareOfVector: Limit = (args) => countOf(args[0]) <= MOST_DIGITS && smallSize(args.slice(1));
const sizeArgument: Limit = (args) => isCollection(args[0]) === false || smallSize([args[0]]);
const countArgument: Limit = (args) => smallSize(args.slice(1));
const smallFormat: Limit = (args) =>
  args.slice(1).every((options) => numbersIn([options, ...optionValues(options)]).every((n) => n <= MOST_DIGITS));

function optionValues(options: unknown): unknown[] {
  return typeof options === 'object' && options !== null && !isCollection(options) ? Object.values(options) : [];
}

const smallRange: Limit = (args) => {
  if (args.some((arg) => typeof arg === 'string')) return false;
  const [start = 0, end = 0, step = 1] = args.filter((arg) => typeof arg !== 'boolean').map(Number);
  return step === 0 || Math.abs(end - start) / Math.abs(step) <= MOST;
};

/** What each guarded function takes; arguments beyond are refused before the function runs. */
export const FUNCTION_LIMITS: ReadonlyMap<string, Limit> = new Map<string, Limit>([
  ...named('zeros ones', smallSize),
  ...named('identity', smallSquare),
  ...named('resize', (args) => smallSize(args.slice(1, 2))),
  ...named('range', smallRange),
  ...named('factorial gamma combinations combinationsWithRep permutations multinomial catalan', smallNumbers),
  ...named('bernoulli bellNumbers stirlingS2 composition nthRoots', smallNumber(MOST_DIGITS)),
  ...named('diag rotationMatrix', squareOfVector),
  ...named('random randomInt', sizeArgument),
  ...named('pickRandom', countArgument),
  ...named('isPrime', smallNumber(1e12)),
  ...named('format', smallFormat),
  ...named('kron setCartesian', smallProduct),
  ...named('setIntersect setDifference setSymDifference setUnion setDistinct setIsSubset setMultiplicity', fewElements),
  ...named('det inv pinv eigs expm sqrtm schur sylvester lyap lup slu qr fft ifft polynomialRoot', (args) =>
    args.every((arg) => countOf(arg) <= MOST),
  ),
  ...named('lsolve lsolveAll usolve usolveAll lusolve intersect', (args) => args.every((arg) => countOf(arg) <= MOST)),
]);

function named(names: string, limit: Limit): [string, Limit][] {
  return names.split(' ').map((name) => [name, limit]);
}

/** @throws EngineError `expression_limit` when the arguments ask for more than an expression may do. */
export function checkFunctionLimit(name: string, args: readonly unknown[]): void {
  if (FUNCTION_LIMITS.get(name)?.(args) === false) {
    throw new EngineError('expression_limit', `${name} is asked for too much: at most ${MOST} elements or rounds`);
  }
}
