import type { Json } from '#shared';
import type { ApiCaller } from './api-caller.js';

const DRAINED_WITHIN_MS = 300_000;
const POLL_MS = 50;

/** Waits until no execution of a workflow is queued or started. @returns false when some still are after five minutes */
export async function untilDrained(api: ApiCaller, key: string): Promise<boolean> {
  for (const deadline = performance.now() + DRAINED_WITHIN_MS; performance.now() < deadline;) {
    const open = await Promise.all(
      ['queued', 'started'].map((status) => api('GET', `/executions?workflow=${key}&status=${status}&limit=1`)),
    );
    if (open.every(({ items }) => (items as Json[]).length === 0)) return true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return false;
}
