/** Operators that join filters. `$and` and `$or` take a list of them, `$not` takes one. */
export const JOINING_OPERATORS = ['$and', '$or', '$not'] as const;

/** What an operator that compares a field takes: any value, a list of values, text, or whether it holds. */
type OperandKind = 'value' | 'list' | 'text' | 'flag';

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
  ['$includes', 'text'],
  ['$notIncludes', 'text'],
  ['$startsWith', 'text'],
  ['$endsWith', 'text'],
  ['$null', 'flag'],
  ['$notNull', 'flag'],
]);

export function isJoining(name: string): boolean {
  return (JOINING_OPERATORS as readonly string[]).includes(name);
}
