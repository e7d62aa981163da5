/** Operators that join filters. `$and` and `$or` take a list of them, `$not` takes one. */
export const JOINING_OPERATORS = ['$and', '$or', '$not'] as const;

/** What an operator that compares a field takes: any value, a list of values, or whether it holds. */
export type OperandKind = 'value' | 'list' | 'flag';

/** Operators that compare a field, with what they take. */
export const COMPARING_OPERATORS: ReadonlyMap<string, OperandKind> = new Map([
  ['$eq', 'value'],
  ['$ne', 'value'],
  ['$gt', 'value'],
  ['$gte', 'value'],
  ['$lt', 'value'],
  ['$lte', 'value'],
  ['$in', 'list'],
  ['$notIn', 'list'],
  ['$includes', 'value'],
  ['$notIncludes', 'value'],
  ['$startsWith', 'value'],
  ['$endsWith', 'value'],
  ['$null', 'flag'],
  ['$notNull', 'flag'],
]);

export function isJoining(name: string): boolean {
  return (JOINING_OPERATORS as readonly string[]).includes(name);
}
