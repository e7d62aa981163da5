/** The longest that a timer of Node waits; a longer one would fire at once. Milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Aborts with `reason` once `ms` milliseconds have passed, at once when there are none left. Any length.
 * @returns calls it off
 */
export function abortAfter(abort: AbortController, ms: number, reason: unknown): () => void {
  let timer: NodeJS.Timeout;
  const wait = (left: number): void => {
    const step = Math.min(left, LONGEST_TIMER);
    timer = setTimeout(() => (left > step ? wait(left - step) : abort.abort(reason)), step);
  };
  if (ms > 0) wait(ms);
  else abort.abort(reason);
  return () => clearTimeout(timer);
}
