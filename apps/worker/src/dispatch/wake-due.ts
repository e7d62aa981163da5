import type { DispatcherParts } from './dispatcher-parts.js';
import { enqueueAll } from './enqueue-all.js';
import { PAGE } from './page.js';
import { toJob } from './to-job.js';

/** Suspended executions whose time came go on. */
export async function wakeDue(parts: Pick<DispatcherParts, 'dispatch' | 'producer' | 'logger'>): Promise<void> {
  const { dispatch, producer, logger } = parts;
  for (let due = PAGE; due === PAGE;) {
    const woken = await dispatch.resumeDue(PAGE);
    await enqueueAll(producer, woken.map(toJob), logger);
    due = woken.length;
  }
}
