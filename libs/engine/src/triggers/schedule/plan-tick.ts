import type { ScheduleTrigger, SchedulePlan } from '../../contract/workflow-document.js';
import { lastTick, nextTick } from './ticks.js';

/** How a schedule stands. */
export interface ScheduleProgress {
  /** When it was switched on, or its current version became it. */
  since: Date;
  /** The time it waits for; null when that was not worked out yet. */
  nextAt: Date | null;
  /** Executions it has started so far, over all versions. */
  fired: number;
}

/** What is to be done with a schedule: start an execution for `fire` (null: none), then wait until `nextAt` (null: for ever). */
export interface TickPlan {
  fire: Date | null;
  nextAt: Date | null;
}

/** A time that is found this much later was missed: workers look every second, so none was there. Milliseconds. */
export const MISSED_AFTER_MS = 60_000;

/**
 * Decides about a static schedule at a time. Times before `since` never fire. Of several that passed since the last look,
 * the latest stands for all (`catchUp: last`); with `none` those that were missed are dropped.
 */
export function planTick(
  { plan, limit, catchUp }: ScheduleTrigger & { plan: SchedulePlan },
  { since, nextAt, fired }: ScheduleProgress,
  now: Date,
): TickPlan {
  if (limit !== null && fired >= limit) return { fire: null, nextAt: null };
  const next = nextAt ?? nextTick(plan, since, since);
  if (next === null || next.getTime() > now.getTime()) return { fire: null, nextAt: next };
  const latest = lastTick(plan, since, next, now) ?? next;
  const following = nextTick(plan, since, latest);
  const isMissed = now.getTime() - latest.getTime() > MISSED_AFTER_MS;
  if (catchUp === 'none' && isMissed) return { fire: null, nextAt: following };
  return { fire: latest, nextAt: fired + 1 === limit ? null : following };
}
