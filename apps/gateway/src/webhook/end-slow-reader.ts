import type { ServerResponse } from 'node:http';

/**
 * Ends the connection when its client has not taken the whole answer in time: it is held in memory until then. A time
 * for the whole of it, because a limit on inactivity is met by one packet now and then. Costs nothing when the answer
 * went out at once, as nearly all do.
 */
export function endSlowReader(response: ServerResponse, milliseconds: number): void {
  if (response.writableLength === 0 || response.destroyed) return;
  const timer = setTimeout(() => response.destroy(), milliseconds).unref();
  response.once('close', () => clearTimeout(timer));
}
