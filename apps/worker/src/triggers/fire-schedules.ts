import {
  EngineError,
  MISSED_AFTER_MS,
  planTick,
  type DateFieldPlan,
  type SchedulePlan,
  type ScheduleTrigger,
} from '#engine';
import type { JobProducer } from '#queue';
import type { Logger } from '#shared';
import type { DueSchedule, QueuedExecution, ScheduleStore } from '#storage';
import { enqueueAll } from '../dispatch/enqueue-all.js';
import { toJob } from '../dispatch/to-job.js';

/** What a look at the schedules asks and acts on. */
export interface ScheduleParts {
  schedules: ScheduleStore;
  producer: Pick<JobProducer, 'enqueue'>;
  logger: Logger;
}

/** Schedules looked at in one statement. */
const PAGE = 100;

/** Between two looks at the dates of a collection: each may read it as a whole when the field has no index. Milliseconds. */
const DATES_PAUSE = 5_000;

/** Until a schedule that cannot be worked out is tried again: its collection may come back. Milliseconds. */
const FAULT_PAUSE = 60_000;

/**
 * Starts what is due by now and hands it to the queue; what the queue does not take, the dispatcher finds. One schedule
 * that cannot be worked out does not hold up the others.
 */
export async function fireSchedules(parts: ScheduleParts): Promise<void> {
  for (let found = PAGE; found === PAGE;) {
    const { now, due } = await parts.schedules.findDue(PAGE);
    for (const schedule of due) await fire(parts, schedule, now);
    found = due.length;
  }
}

async function fire(parts: ScheduleParts, due: DueSchedule, now: Date): Promise<void> {
  const { schedules, producer, logger } = parts;
  const about = { workflow: due.workflowKey };
  try {
    const started = await start(schedules, due, now);
    if (started.length > 0) logger.info({ ...about, count: started.length }, 'the schedule started executions');
    await enqueueAll(producer, started.map(toJob), logger);
  } catch (error) {
    if (!isFaultOfSchedule(error)) throw error;
    logger.warn({ ...about, err: error }, 'a schedule cannot be worked out; it is tried again in a minute');
    await schedules.advance(due, { fire: null, nextAt: new Date(now.getTime() + FAULT_PAUSE) });
  }
}

/** A collection that is gone, or a plan of another release; the database being away is nobody's fault. */
function isFaultOfSchedule(error: unknown): boolean {
  return error instanceof EngineError || error instanceof TypeError || error instanceof RangeError;
}

async function start(schedules: ScheduleStore, due: DueSchedule, now: Date): Promise<QueuedExecution[]> {
  const trigger = due.trigger as unknown as ScheduleTrigger;
  const { plan } = trigger;
  if (plan.kind === 'dateField') return schedules.fireDates(due, dateLook(trigger, plan, now));
  const execution = await schedules.advance(due, planTick({ ...trigger, plan: plan satisfies SchedulePlan }, due, now));
  return execution === null ? [] : [execution];
}

function dateLook({ limit, catchUp }: ScheduleTrigger, { collection, field, offsetMs }: DateFieldPlan, now: Date) {
  const dropAfterMs = catchUp === 'none' ? MISSED_AFTER_MS : null;
  return { collection, field, offsetMs, now, dropAfterMs, limit, pauseMs: DATES_PAUSE };
}
