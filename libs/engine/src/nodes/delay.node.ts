import { EngineError } from '../contract/engine-error.js';
import { defineNode } from '../contract/node.js';
import type { Fault } from '../contract/workflow-document.js';

const UNITS = { second: 1_000, minute: 60_000, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const;

/** Config of a delay, see contract.md 7. A duration that is nothing or 0 counts as 1. */
export type DelayNodeConfig = {
  duration?: number | string;
  unit?: keyof typeof UNITS;
  endStatus?: 'resolved' | 'failed';
};

/** Beyond the year 9999 dates are not written alike everywhere. */
const LATEST = Date.UTC(10_000, 0, 1) - 1;

export const delayNode = defineNode<DelayNodeConfig>({
  type: 'delay',
  title: 'Delay',
  docs:
    'Waits, without holding a worker and however often workers restart, until the year 9999 at most; then it goes on, or, ' +
    'with `endStatus: failed`, ends the execution as `failed`. The wait counts from the visit and towards the time-out of ' +
    'the execution. The result is the wait in milliseconds. A duration of 0 or nothing counts as 1; one that is no number ' +
    'or below 0 is an `error`. Not for `mode: sync`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      duration: {
        anyOf: [{ type: 'number', minimum: 0 }, { type: 'string' }],
        default: 1,
        description: 'write a number from 0, or a template that gives one',
      },
      unit: { type: 'string', enum: Object.keys(UNITS), default: 'second', description: 'Of the duration.' },
      endStatus: {
        type: 'string',
        enum: ['resolved', 'failed'],
        default: 'resolved',
        description: 'After the wait: go on, or end the execution as failed.',
      },
    },
  },
  branches: [],
  effect: 'pure',
  suspends: true,
  check: ({ duration }) => checkDuration(duration),
  examples: [
    {
      title: 'Wait five minutes',
      config: { duration: 5, unit: 'minute' },
      expect: { kind: 'suspend', result: 300_000 },
    },
    {
      title: 'When the wait is over, it goes on',
      config: { duration: 5, unit: 'minute' },
      waited: { result: 300_000 },
      expect: { kind: 'done', result: 300_000 },
    },
    {
      title: 'Wait as many days as the request says, then fail',
      config: { duration: '{{$context.data.days}}', unit: 'day', endStatus: 'failed' },
      context: { data: { days: 30 } },
      expect: { kind: 'suspend', result: 2_592_000_000 },
    },
  ],
  run({ config, ports }) {
    const result = waitOf(config);
    const end = ports.now().getTime() + result;
    if (end > LATEST) throw new EngineError('delay_too_long', 'The delay would end after the year 9999.');
    return { kind: 'suspend', resumeAt: new Date(end), result };
  },
  resume({ config }, { result }) {
    if (config.endStatus !== 'failed') return { kind: 'done', result };
    const error = { code: 'delay_failed', message: 'The delay is over, and the node is set to fail then.' };
    return { kind: 'fail', status: 'failed', error, result };
  },
});

/** Milliseconds, whole. Throws EngineError `invalid_duration`. */
function waitOf({ duration, unit = 'second' }: DelayNodeConfig): number {
  const number = durationNumber(duration);
  if (number === null) throw new EngineError('invalid_duration', 'The duration is not a number from 0.');
  return Math.round((number || 1) * UNITS[unit]);
}

/** Null when it is no number from 0; text may spell one. `duration` may be anything that a template gave. */
function durationNumber(duration: unknown): number | null {
  const given = typeof duration === 'string' ? Number(duration) : duration || 0;
  return typeof given === 'number' && Number.isFinite(given) && given >= 0 ? given : null;
}

function checkDuration(duration: unknown): Fault[] {
  const isTemplate = typeof duration === 'string' && duration.includes('{{');
  if (isTemplate || durationNumber(duration) !== null) return [];
  const message = 'write a number from 0, or a template that gives one';
  return [{ pointer: '/duration', code: 'invalid', message }];
}
