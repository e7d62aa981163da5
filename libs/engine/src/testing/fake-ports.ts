import type { EngineLimits } from '../contract/execution.js';
import type { EnginePorts } from '../contract/ports.js';
import { fakeEvaluator } from './fake-evaluator.js';
import { fakeHttp } from './fake-http.js';
import { fakeScript } from './fake-script.js';
import { inMemoryJournal } from './in-memory-journal.js';

/** Ports of a test: nothing leaves the process, and it is always 2026-01-02T03:04:05.678Z. */
export function fakePorts(ports: Partial<EnginePorts> = {}): EnginePorts {
  return {
    script: fakeScript(),
    http: fakeHttp(),
    evaluator: fakeEvaluator(),
    data: {
      query: () => unexpected('data.query'),
      aggregate: () => unexpected('data.aggregate'),
      sql: () => unexpected('data.sql'),
    },
    mail: { send: () => unexpected('mail.send') },
    notifications: { send: () => unexpected('notifications.send') },
    tasks: { find: () => unexpected('tasks.find') },
    executions: { find: () => unexpected('executions.find') },
    journal: inMemoryJournal(),
    now: () => new Date('2026-01-02T03:04:05.678Z'),
    ...ports,
  };
}

function unexpected(call: string): never {
  throw new Error(`the test gave no port for ${call}`);
}

/** The defaults of contract.md 11. */
export const DEFAULT_LIMITS: EngineLimits = {
  nodeResultBytes: 1_048_576,
  replyBytes: 5 * 1_048_576,
  stateBytes: 16 * 1_048_576,
  scriptWallMs: 10_000,
  maxSteps: 1_000_000,
  loopRounds: 100_000,
};
