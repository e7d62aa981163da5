import type { Json } from '#shared';
import { EngineError } from '../contract/engine-error.js';
import { calculators } from './calculators.js';
import { resolveTemplate, type TemplateScope } from './template.js';

/**
 * The `basic` engine: a tree of `{group: {type: and | or, calculations}}` and leaves `{calculator, operands: [a, b]}`.
 * What is not configured is true: a missing calculation, calculator or list of operands; an empty `and` is true, an
 * empty `or` false.
 *
 * @throws EngineError `unknown_calculator`, or `invalid_calculation` for a shape that is neither.
 */
export function evaluateCalculation(calculation: Json | undefined, scope: TemplateScope): boolean {
  if (calculation === undefined || calculation === null) return true;
  if (typeof calculation !== 'object' || Array.isArray(calculation)) {
    throw new EngineError('invalid_calculation', 'a calculation is an object with "group" or "calculator"');
  }
  const { group } = calculation;
  return group === undefined ? evaluateLeaf(calculation, scope) : evaluateGroup(group, scope);
}

function evaluateGroup(group: Json, scope: TemplateScope): boolean {
  if (typeof group !== 'object' || group === null || Array.isArray(group)) {
    throw new EngineError('invalid_calculation', 'a group is an object with "type" and "calculations"');
  }
  const members = Array.isArray(group.calculations) ? group.calculations : [];
  return group.type === 'or'
    ? members.some((member) => evaluateCalculation(member, scope))
    : members.every((member) => evaluateCalculation(member, scope));
}

function evaluateLeaf(leaf: { [key: string]: Json }, scope: TemplateScope): boolean {
  const { calculator, operands } = leaf;
  if (typeof calculator !== 'string' || calculator === '' || !Array.isArray(operands) || operands.length === 0)
    return true;
  const calculate = calculators.get(calculator);
  if (calculate === undefined) {
    const known = [...calculators.keys()].join(', ');
    throw new EngineError('unknown_calculator', `there is no calculator "${calculator}"; known are ${known}`);
  }
  return calculate(resolveOperand(operands[0], scope), resolveOperand(operands[1], scope));
}

function resolveOperand(operand: Json | undefined, scope: TemplateScope): unknown {
  return operand === undefined ? undefined : resolveTemplate(operand, scope);
}
