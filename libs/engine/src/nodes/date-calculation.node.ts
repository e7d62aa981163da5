import dayjs from 'dayjs';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import { defineNode } from '../contract/node.js';
import { applyDateStep, dateSteps, type DateStep } from './date-steps.js';
import { isMoment, parseMoment, parseNumber, type DateValue } from './date-value.js';

/** Config of a date calculation, see contract.md 7. */
export type DateCalculationConfig = {
  input?: Json;
  inputType?: 'date' | 'number';
  steps: { function: string; arguments?: JsonObject }[];
};

export const dateCalculationNode = defineNode<DateCalculationConfig>({
  type: 'date-calculation',
  title: 'Date calculation',
  docs:
    'Takes a date (ISO 8601 text; the time of the run when there is none) or a number through steps, each on what the one ' +
    'before gave. Dates are read in UTC until `changeTimezone`: days and longer units then follow the calendar there, ' +
    'also over a change of the clock. Weeks begin on Monday; `get` counts months from 1 and gives for `week` the day of ' +
    'the week, 0 is Sunday. The result is a number, a text or a boolean; a date is ISO 8601 text in UTC. What a step ' +
    'cannot take is an `error`.',
  configSchema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      input: { description: 'A date or number, as a rule a variable; absent or null: now.' },
      inputType: { type: 'string', enum: ['date', 'number'], default: 'date', description: 'What `input` is.' },
      steps: {
        type: 'array',
        maxItems: 100,
        default: [],
        description: 'Applied one after the other, each to what the one before gave.',
        items: {
          description: `write {function, arguments}; the functions are ${[...dateSteps.keys()].join(', ')}`,
          oneOf: [...dateSteps].map(stepSchema),
        },
      },
    },
  },
  branches: [],
  effect: 'pure',
  testable: true,
  examples: [
    {
      title: 'The end of the month after a payment term',
      config: {
        input: '{{$context.data.invoiced}}',
        steps: [
          { function: 'add', arguments: { number: 30, unit: 'day' } },
          { function: 'endOfTime', arguments: { unit: 'month' } },
        ],
      },
      context: { data: { invoiced: '2026-01-15T10:00:00Z' } },
      expect: { kind: 'done', result: '2026-02-28T23:59:59.999Z' },
    },
    {
      title: 'How many whole days have passed',
      config: {
        input: '{{$system.now}}',
        steps: [
          { function: 'diff', arguments: { date: '{{$context.data.since}}', unit: 'day', isAbs: true, round: -1 } },
        ],
      },
      context: { data: { since: '2025-12-31T00:00:00Z' } },
      expect: { kind: 'done', result: 2 },
    },
    {
      title: 'A timestamp as people in Shanghai write it',
      config: {
        input: '{{$context.data.ts}}',
        inputType: 'number',
        steps: [
          { function: 'tsToDate', arguments: { unit: 'second' } },
          { function: 'changeTimezone', arguments: { timezone: 'Asia/Shanghai' } },
          { function: 'format', arguments: { format: 'YYYY-MM-DD HH:mm' } },
        ],
      },
      context: { data: { ts: 1767312000 } },
      expect: { kind: 'done', result: '2026-01-02 08:00' },
    },
    {
      title: 'A length in other units',
      config: {
        input: 90,
        inputType: 'number',
        steps: [{ function: 'transDuration', arguments: { unitBefore: 'minute', unitAfter: 'hour' } }],
      },
      expect: { kind: 'done', result: 1.5 },
    },
  ],
  run({ config, ports }) {
    const { inputType = 'date', steps = [] } = config;
    let value = inputOf(config.input, inputType, ports.now());
    for (const { function: name, arguments: args } of steps) {
      value = applyDateStep(name, value, isJsonObject(args) ? args : {});
    }
    return { kind: 'done', result: resultOf(value) };
  },
});

function stepSchema([name, { properties, required }]: [string, DateStep]): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: required.length === 0 ? ['function'] : ['function', 'arguments'],
    properties: {
      function: { const: name },
      arguments: {
        type: 'object',
        additionalProperties: false,
        description: 'Of this function.',
        required: [...required],
        properties,
      },
    },
  };
}

function inputOf(input: Json | undefined, inputType: 'date' | 'number', now: Date): DateValue {
  if (input === undefined || input === null) {
    return inputType === 'date' ? { at: dayjs.utc(now), zone: 'UTC' } : now.getTime();
  }
  return inputType === 'date' ? parseMoment(input) : parseNumber(input);
}

function resultOf(value: DateValue): Json {
  return isMoment(value) ? value.at.toISOString() : value;
}
