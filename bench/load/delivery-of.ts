/**
 * The delivery that request `n` (from 0) carries, when half of all requests are to be duplicates: even requests bring
 * a new delivery; of the odd ones every other repeats the delivery just sent, so that both may meet in one commit, and
 * the rest repeat one from half way back, which is long recorded.
 */
export function deliveryOf(n: number): number {
  const newest = n >> 1;
  if (n % 2 === 0 || n % 4 === 1) return newest;
  return newest >> 1;
}
