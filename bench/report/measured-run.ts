import type { Load, RunResult } from '../measure-run.js';
import type { Scenario } from '../scenarios.js';

/** One line of the report: a scenario under a load, the median of its repeats. */
export interface MeasuredRun {
  scenario: Pick<Scenario, 'letter' | 'name' | 'title' | 'queue'>;
  load: Load;
  median: RunResult;
  repeats: RunResult[];
}

/** `50` for 50 connections of a closed loop, `500/s` for an open loop. */
export function loadLabel({ connections, rate }: Load): string {
  return rate === null ? String(connections) : `${rate}/s`;
}
