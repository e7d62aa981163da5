import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import type { Fault } from '../contract/workflow-document.js';
import { calculators } from './calculators.js';
import { COMPILERS, ENGINES, type Expression } from './evaluate.js';
import { pointerTo } from './json-pointer.js';
import { templateFaults } from './template.js';

/**
 * Every fault of an expression that can be known before it is evaluated: unknown engines and calculators, expressions
 * that do not parse, braces without a path. Pointers are relative to the object that holds `engine`.
 */
export function checkExpression(input: Expression): Fault[] {
  switch (input.engine) {
    case 'basic':
      return checkCalculation(input.calculation, '/calculation');
    case 'math.js':
    case 'formula.js':
      return typeof input.expression === 'string' ? checkCompiled(input.engine, input.expression) : [];
    case 'string':
      return templateFaults(input.expression).map(({ message }) => syntaxFault('/expression', message));
    default:
      return [{ pointer: '/engine', code: 'invalid', message: `use one of ${ENGINES.join(', ')}` }];
  }
}

function syntaxFault(pointer: string, message: string): Fault {
  return { pointer, code: 'syntax', message };
}

function checkCompiled(engine: string, expression: string): Fault[] {
  if (expression.trim() === '') return [];
  try {
    COMPILERS.get(engine)?.(expression);
    return [];
  } catch (error) {
    if (error instanceof EngineError) return [syntaxFault('/expression', error.message)];
    throw error;
  }
}

function checkCalculation(calculation: Json | undefined, pointer: string): Fault[] {
  if (calculation === undefined || calculation === null) return [];
  if (typeof calculation !== 'object' || Array.isArray(calculation)) {
    return [{ pointer, code: 'wrong_type', message: 'write an object with "group" or "calculator"' }];
  }
  return calculation.group === undefined
    ? checkLeaf(calculation, pointer)
    : [...unknownMembers(calculation, ['group'], pointer), ...checkGroup(calculation.group, `${pointer}/group`)];
}

function checkGroup(group: Json, pointer: string): Fault[] {
  if (typeof group !== 'object' || group === null || Array.isArray(group)) {
    return [{ pointer, code: 'wrong_type', message: 'write an object with "type" and "calculations"' }];
  }
  const faults = unknownMembers(group, ['type', 'calculations'], pointer);
  if (group.type !== 'and' && group.type !== 'or') {
    faults.push({ pointer: `${pointer}/type`, code: 'invalid', message: 'use "and" or "or"' });
  }
  if (!Array.isArray(group.calculations)) {
    return [
      ...faults,
      { pointer: `${pointer}/calculations`, code: 'wrong_type', message: 'write a list of calculations' },
    ];
  }
  group.calculations.forEach((member, index) => {
    faults.push(...checkCalculation(member, `${pointer}/calculations/${index}`));
  });
  return faults;
}

function checkLeaf(leaf: { [key: string]: Json }, pointer: string): Fault[] {
  const faults = unknownMembers(leaf, ['calculator', 'operands'], pointer);
  const { calculator, operands } = leaf;
  if (calculator !== undefined && !(typeof calculator === 'string' && calculators.has(calculator))) {
    const known = [...calculators.keys()].join(', ');
    faults.push({ pointer: `${pointer}/calculator`, code: 'invalid', message: `use one of ${known}` });
  }
  if (operands !== undefined && !(Array.isArray(operands) && operands.length <= 2)) {
    faults.push({ pointer: `${pointer}/operands`, code: 'wrong_type', message: 'write a list of two operands' });
  }
  for (const fault of templateFaults(operands))
    faults.push(syntaxFault(`${pointer}/operands${fault.pointer}`, fault.message));
  return faults;
}

function unknownMembers(value: { [key: string]: Json }, known: readonly string[], pointer: string): Fault[] {
  return Object.keys(value)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      pointer: pointerTo(pointer, key),
      code: 'unknown_property' as const,
      message: `remove it; known here are ${known.join(', ')}`,
    }));
}
