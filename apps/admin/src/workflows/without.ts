/** A copy of an object that lacks the named properties. */
export function without<T extends object, K extends string>(value: T, ...names: readonly K[]): Omit<T, K> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name as K))) as Omit<T, K>;
}
