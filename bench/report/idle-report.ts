import type { IdleCost } from '../cost/measure-idle.js';
import type { Queue } from '../scenarios.js';

/** What the processes cost while nothing is sent. */
export function idleReport(queue: Queue, idle: IdleCost | null): string {
  const costs = Object.entries(idle ?? {}).map(([name, milliseconds]) => `${name} ${milliseconds.toFixed(0)}`);
  return `\nIdle (${queue}), milliseconds of processor time a second: ${costs.join(', ') || 'n/a'}`;
}
