import { Cron } from 'croner';
import type { SchedulePlan } from '../../contract/workflow-document.js';

/**
 * The first time of a plan strictly after `after`; null when there is none any more.
 *
 * @param since when the schedule was switched on: steps without a start count from it.
 */
export function nextTick(plan: SchedulePlan, since: Date, after: Date): Date | null {
  const tick = withoutEnd(plan, since, after);
  return tick !== null && plan.endsOn !== null && tick.getTime() > Date.parse(plan.endsOn) ? null : tick;
}

/** The last time of a plan not after `now`, if it is not before `from`; null when there is none. */
export function lastTick(plan: SchedulePlan, since: Date, from: Date, now: Date): Date | null {
  const end = plan.endsOn === null ? now : new Date(Math.min(now.getTime(), Date.parse(plan.endsOn)));
  const tick = lastUntil(plan, since, end);
  return tick === null || tick.getTime() < from.getTime() ? null : tick;
}

function withoutEnd({ startsOn, repeat, timeZone }: SchedulePlan, since: Date, after: Date): Date | null {
  const start = startsOn === null ? null : new Date(startsOn);
  if (repeat === null) return start !== null && start.getTime() > after.getTime() ? start : null;
  if ('everyMs' in repeat) {
    const anchor = (start ?? since).getTime();
    const steps = Math.floor((after.getTime() - anchor) / repeat.everyMs) + 1;
    return new Date(anchor + Math.max(steps, start === null ? 1 : 0) * repeat.everyMs);
  }
  // A match exactly at the start counts; croner's own answers lie strictly after what it is asked from.
  const from = start === null ? after.getTime() : Math.max(after.getTime(), start.getTime() - 1);
  return cronOf(repeat.cron, timeZone).nextRun(new Date(from));
}

function lastUntil({ startsOn, repeat, timeZone }: SchedulePlan, since: Date, end: Date): Date | null {
  const start = startsOn === null ? null : new Date(startsOn);
  if (start !== null && start.getTime() > end.getTime()) return null;
  if (repeat === null) return start;
  if ('everyMs' in repeat) {
    const anchor = (start ?? since).getTime();
    return new Date(anchor + Math.floor((end.getTime() - anchor) / repeat.everyMs) * repeat.everyMs);
  }
  // Patterns match whole seconds, and the one that `end` lies in counts.
  const behind = Math.floor(end.getTime() / 1_000) * 1_000 + 1_000;
  return cronOf(repeat.cron, timeZone).previousRuns(1, new Date(behind))[0] ?? null;
}

/**
 * Where the clock jumps forward, a job at a fixed time runs at the first moment after the gap, others skip what is not
 * there; where it jumps back, a job at a fixed time runs once, others run in both hours. A day that a month does not
 * have is skipped; `L` is the last one.
 */
function cronOf(pattern: string, timezone: string): Cron {
  return new Cron(pattern, { timezone, mode: '5-or-6-parts', paused: true });
}
