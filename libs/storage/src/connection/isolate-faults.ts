import { RejectedRow } from '../contract.js';

/** An item's answer, or what went wrong for it. */
export type Settled<O> = { ok: true; value: O } | { ok: false; error: unknown };

/**
 * Runs a batch as one statement. When it fails on data it is halved until the guilty item alone gets its error; any
 * other error is the answer of every item that had not been written yet.
 */
export async function isolateFaults<I, O>(
  items: readonly I[],
  run: (items: readonly I[]) => Promise<readonly O[]>,
): Promise<Settled<O>[]> {
  if (items.length === 0) return [];
  try {
    const values = await run(items);
    return values.map((value) => ({ ok: true, value }));
  } catch (error) {
    if (!(error instanceof RejectedRow) || items.length === 1) return items.map(() => ({ ok: false, error }));
    const middle = items.length >> 1;
    const first = await isolateFaults(items.slice(0, middle), run);
    return [...first, ...(await isolateFaults(items.slice(middle), run))];
  }
}
