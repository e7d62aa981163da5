import type { JsonObject } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import { parseDuration } from '../definition/parse-duration.js';

/** As for webhooks: a caller keeps a connection open meanwhile. Milliseconds. */
const LONGEST_WAIT_MS = 120_000;
const DEFAULT_WAIT_MS = 30_000;

/** Faults of `trigger.timeout`. */
export function checkWait({ timeout }: JsonObject): Fault[] {
  if (typeof timeout !== 'string') return [];
  const pointer = '/trigger/timeout';
  const wait = parseDuration(timeout);
  if (wait === null) return [{ pointer, code: 'invalid', message: 'write a duration such as 500ms, 10s or 2m' }];
  return wait > LONGEST_WAIT_MS ? [{ pointer, code: 'limit', message: 'write at most 120s' }] : [];
}

/** Milliseconds of a `timeout` without faults, 30 s when there is none. */
export function waitOf({ timeout }: JsonObject): number {
  return parseDuration(timeout) ?? DEFAULT_WAIT_MS;
}
