import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020.js';
import type { Json, JsonObject } from '#shared';
import { runNode } from '../testing/run-node.js';
import { dateCalculationNode } from './date-calculation.node.js';

type Step = { function: string; arguments?: JsonObject };

async function calculate(input: Json, steps: Step[], inputType: 'date' | 'number' = 'date'): Promise<Json> {
  const outcome = await runNode(dateCalculationNode, { config: { input, inputType, steps: steps as never } });
  if (outcome.kind !== 'done') throw new Error(`the node gave ${outcome.kind}`);
  return outcome.result;
}

const step = (name: string, args: JsonObject = {}): Step => ({ function: name, arguments: args });
const zone = (timezone: string): Step => step('changeTimezone', { timezone });
const START = '2026-01-31T08:15:30.500Z';

describe('date-calculation', () => {
  it('takes the time of the run when there is no input', async () => {
    expect((await runNode(dateCalculationNode, { config: {} })) as object).toMatchObject({
      result: '2026-01-02T03:04:05.678Z',
    });
  });

  it.each<[string, Json]>([
    ['a list, which has a method "at"', []],
    ['an object that looks like a moment', { at: 1, zone: 'UTC' }],
    ['a month 0', '0000-00-00'],
    ['a day 32', '2026-01-32'],
    ['a year beyond 9999', '1000000000-01-01T00:00:00Z'],
    ['a number beyond all dates', 1e300],
  ])('refuses %s', async (_what, input) => {
    await expect(calculate(input, [step('add', { number: 1, unit: 'year' })])).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  it('refuses a format of payload size, which would keep the worker busy', async () => {
    const format = 'YYYY'.repeat(100_000);
    await expect(calculate(START, [step('format', { format })])).rejects.toMatchObject({ code: 'invalid_input' });
  });

  it.each<[string, Json, Step[]]>([
    [
      'adds months to the end of a shorter one',
      '2026-02-28T08:15:30.500Z',
      [step('add', { number: 1, unit: 'month' })],
    ],
    ['adds what a template gave as text', '2026-02-01T08:15:30.500Z', [step('add', { number: '1', unit: 'day' })]],
    ['subtracts', '2026-01-31T06:15:30.500Z', [step('subtract', { number: 2, unit: 'hour' })]],
    ['gives months from 1', 1, [step('get', { unit: 'month' })]],
    ['gives the day of the month', 31, [step('get', { unit: 'day' })]],
    ['gives the day of the week', 6, [step('get', { unit: 'week' })]],
    ['starts a month', '2026-01-01T00:00:00.000Z', [step('startOfTime', { unit: 'month' })]],
    ['starts a week on Monday', '2026-01-26T00:00:00.000Z', [step('startOfTime', { unit: 'week' })]],
    ['ends a week on Sunday', '2026-02-01T23:59:59.999Z', [step('endOfTime', { unit: 'week' })]],
    ['ends a quarter', '2026-03-31T23:59:59.999Z', [step('endOfTime', { unit: 'quarter' })]],
    ['knows leap years', false, [step('isLeapYear')]],
    ['formats', '31.01.2026', [step('format', { format: 'DD.MM.YYYY' })]],
    ['gives seconds', 1769847330, [step('toTimestamp', { unit: 'second' })]],
    ['gives milliseconds', 1769847330500, [step('toTimestamp', { unit: 'millisecond' })]],
    ['gives a difference with its decimals', 0.5, [step('diff', { date: '2026-01-30T20:15:30.500Z', unit: 'day' })]],
    ['gives a negative difference', -1, [step('diff', { date: '2026-01-31T09:15:30.500Z', unit: 'hour' })]],
    ['makes it absolute', 1, [step('diff', { date: '2026-01-31T09:15:30.500Z', unit: 'hour', isAbs: true })]],
    [
      'makes it absolute before it rounds',
      1,
      [step('diff', { date: '2026-01-31T10:05:30.500Z', unit: 'hour', isAbs: true, round: -1 })],
    ],
    ['rounds up', 2, [step('diff', { date: '2026-01-31T06:30:00Z', unit: 'hour', round: 1 })]],
    ['rounds to the nearest', 2, [step('diff', { date: '2026-01-31T06:30:00Z', unit: 'hour', round: 0 })]],
    ['feeds each step with the one before', true, [step('add', { number: 2, unit: 'year' }), step('isLeapYear')]],
    [
      'reads its own text as a date again',
      '2026-02-28T23:59:59.999Z',
      [step('format', { format: 'YYYY-02' }), step('endOfTime', { unit: 'month' })],
    ],
  ])('%s', async (_what, expected, steps) => {
    expect(await calculate(START, steps)).toEqual(expected);
  });

  it.each<[string, Json, number, Step[]]>([
    ['seconds', '2026-01-31T08:15:30.000Z', 1769847330, [step('tsToDate', { unit: 'second' })]],
    ['milliseconds', START, 1769847330500, [step('tsToDate', { unit: 'millisecond' })]],
    ['a length', 36, 1.5, [step('transDuration', { unitBefore: 'day', unitAfter: 'hour' })]],
    ['a rounded length', 2, 90, [step('transDuration', { unitBefore: 'minute', unitAfter: 'hour', round: 0 })]],
  ])('takes a number as %s', async (_what, expected, input, steps) => {
    expect(await calculate(input, steps, 'number')).toEqual(expected);
  });

  it('follows calendar and clock of a zone, also when the clock changes', async () => {
    const beforeChange = '2026-03-28T11:00:00Z';
    const berlin = zone('Europe/Berlin');
    expect(await calculate(beforeChange, [berlin, step('add', { number: 1, unit: 'day' })])).toBe(
      '2026-03-29T10:00:00.000Z',
    );
    expect(await calculate(beforeChange, [berlin, step('add', { number: 24, unit: 'hour' })])).toBe(
      '2026-03-29T11:00:00.000Z',
    );
    expect(await calculate('2026-03-29T12:00:00Z', [berlin, step('startOfTime', { unit: 'day' })])).toBe(
      '2026-03-28T23:00:00.000Z',
    );
    expect(await calculate('2026-01-31T23:30:00Z', [berlin, step('get', { unit: 'month' })])).toBe(2);
    expect(await calculate('2026-01-01T00:00:00Z', [zone('+08:00'), step('format', { format: 'HH:mm Z' })])).toBe(
      '08:00 +08:00',
    );
  });

  it.each<[string, Json, Step[], 'date' | 'number']>([
    ['text that is no date', 'soon', [], 'date'],
    ['a date whose meaning depends on the server', 'Jan 2 2026', [], 'date'],
    ['a number as date', 5, [], 'date'],
    ['text as number', 'five', [], 'number'],
    ['a list', [1], [], 'number'],
    ['a boolean where a date is needed', START, [step('isLeapYear'), step('get', { unit: 'year' })], 'date'],
    ['an unknown zone', START, [zone('Mars/Olympus')], 'date'],
    ['a number without value', START, [step('add', { number: null, unit: 'day' })], 'date'],
    ['what leaves the calendar', START, [step('add', { number: 1e9, unit: 'year' })], 'date'],
  ])('refuses %s', async (_what, input, steps, inputType) => {
    await expect(calculate(input, steps, inputType)).rejects.toMatchObject({
      code: 'invalid_input',
      message: expect.stringMatching(/^Invalid input: /),
    });
  });

  it('finds unknown functions and wrong arguments before anything runs', () => {
    const validate = new Ajv2020.default({ strict: true }).compile(dateCalculationNode.configSchema);
    expect(validate({ steps: [step('add', { number: 1, unit: 'day' }), { function: 'isLeapYear' }] })).toBe(true);
    expect(validate({ steps: [step('jump')] })).toBe(false);
    expect(validate({ steps: [step('add', { number: 1, unit: 'fortnight' })] })).toBe(false);
    expect(validate({ steps: [{ function: 'add' }] })).toBe(false);
  });
});
