import type { Json } from '#shared';
import type { OutsideWorld } from './outside-world.js';
import type { Effect } from './workloads.js';

/** A workflow whose worker is killed, and what has to come of each of its executions. */
export interface CrashDocument {
  key: string;
  /** What starts it: a webhook whose sender does not wait (default) or does, or a record that is submitted. */
  trigger?: 'async' | 'sync' | 'approval';
  nodes(outside: Pick<OutsideWorld, 'url' | 'smtpPort'>): Json[];
  /** Calls to the outside world, in order; those of nodes named `sql` and `in-app` arrive in Postgres. */
  effects?: readonly Effect[];
  /** Its records that are there in the end, as `<name>:<state>`. Whatever the kill: that many, no more, no less. */
  records?: readonly string[];
  /** Its tasks in the end, as `<kind>:<assignee>:<status>`; those that are due are submitted. */
  tasks?: readonly string[];
  /** People who do not answer. */
  silent?: readonly string[];
  /** Workflow of its children, of which there has to be one, resolved. */
  child?: string;
  output: Json;
  /** Boundaries that the short form kills at; absent: all of them. */
  telling?: readonly string[];
}

/** Every record of the test, told apart by the delivery that led to it. */
export const RECORDS = 'crash_records';
export const RECORD_FIELDS = ['tag', 'execution', 'name', 'state'].map((name) => ({ name, type: 'string' }));
/** A webhook channel to the outside world, and one that keeps messages here. */
export const CHANNEL = 'crash-channel';
export const IN_APP = 'crash-in-app';
/** What the child workflow is called; nobody sends to it. */
export const CHILD = 'crash-child';
