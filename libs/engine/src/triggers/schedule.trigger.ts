import { isJsonObject, type Json, type JsonObject } from '#shared';
import { defineTrigger } from '../contract/trigger.js';
import type { ScheduleTrigger } from '../contract/workflow-document.js';
import { parseDuration } from '../definition/parse-duration.js';
import { checkSchedule } from './schedule/check-schedule.js';
import { parseRepeat } from './schedule/parse-repeat.js';
import { collectionSchema, fieldSchema } from '../definition/record-names.js';
import { triggerSchema } from './trigger-schemas.js';

const MODES = ['async'] as const;

export const scheduleTrigger = defineTrigger<ScheduleTrigger>({
  type: 'schedule',
  title: 'Schedule',
  docs:
    'Starts at times that the document says (`startsOn`, `repeat`, `endsOn`), or for each record of a collection when a ' +
    'date in it comes (`dateField`). Each time starts one execution, however many workers run. Times that passed while no ' +
    'worker ran are made up by one execution for the latest of them (`catchUp: last`), or dropped (`none`; missed is what ' +
    'is found more than a minute late); dates of records are each made up, or each dropped. Switching on and a new version ' +
    'count from that moment: what lies before never starts anything, nor does a record that is created after its date. A ' +
    'day that a month does not have is skipped, `L` is the last one. Where clocks jump forward, a pattern with one fixed ' +
    'time fires right after the gap; where they jump back, it fires once, other patterns in both hours. Dates of records ' +
    'are looked at every 5 s; give the field an index. A date that is changed to one more than a minute ago starts nothing.',
  context: '`date`: the planned time, ISO 8601 UTC. With `dateField` also `data`: the record.',
  configSchema: triggerSchema('schedule', MODES, {
    startsOn: {
      type: 'string',
      format: 'date-time',
      description:
        'The first time, as 2026-01-31T09:00:00Z; steps of "every" are counted from it. Default: when switched on.',
    },
    repeat: {
      type: 'string',
      minLength: 1,
      maxLength: 200,
      description:
        'A cron pattern of five fields, or six with seconds first (`0 9 * * 1-5`), or a step from 1s to 366d (`every 15m`). ' +
        'None: once, at `startsOn`.',
    },
    timeZone: { type: 'string', maxLength: 64, default: 'UTC', description: 'Of the cron pattern, as Europe/Berlin.' },
    endsOn: { type: 'string', format: 'date-time', description: 'Nothing is started after it.' },
    limit: {
      type: 'integer',
      minimum: 1,
      maximum: 1_000_000_000,
      description: 'Executions at most, counted over all versions of the workflow.',
    },
    catchUp: {
      enum: ['last', 'none'],
      default: 'last',
      description: 'Times missed while no worker ran: one execution for the latest, or none.',
    },
    dateField: {
      type: 'object',
      additionalProperties: false,
      required: ['collection', 'field'],
      description: 'Instead of the times above: once per record, when the date in this field comes.',
      properties: {
        collection: collectionSchema,
        field: { ...fieldSchema, description: 'A field of type date or datetime; a date counts from midnight UTC.' },
        offset: { type: 'string', description: 'How far from the date, as 30m, 12h or 3d; default none.' },
        when: {
          enum: ['before', 'after'],
          default: 'after',
          description: 'On which side of the date the offset lies.',
        },
      },
    },
  }),
  modes: MODES,
  check: checkSchedule,
  fill: (trigger) => ({
    type: 'schedule',
    mode: 'async',
    plan: planOf(trigger),
    limit: typeof trigger.limit === 'number' ? trigger.limit : null,
    catchUp: trigger.catchUp === 'none' ? 'none' : 'last',
  }),
  binding: (trigger) => ({
    kind: 'schedule',
    collection: trigger.plan.kind === 'dateField' ? trigger.plan.collection : null,
    events: [],
    isGlobal: true,
    config: trigger as unknown as JsonObject,
  }),
  examples: [
    {
      key: 'weekday-report',
      title: 'Weekdays at nine in Berlin, summer and winter',
      trigger: { type: 'schedule', repeat: '0 9 * * 1-5', timeZone: 'Europe/Berlin' },
      nodes: [{ type: 'request', config: { url: 'https://example.com/report', data: { day: '{{$context.date}}' } } }],
    },
    {
      key: 'poll',
      title: 'Every quarter of an hour in January, a hundred times at most',
      trigger: {
        type: 'schedule',
        startsOn: '2027-01-01T00:00:00Z',
        repeat: 'every 15m',
        endsOn: '2027-02-01T00:00:00Z',
        limit: 100,
        catchUp: 'none',
      },
      nodes: [{ type: 'output', config: { value: '{{$context.date}}' } }],
    },
    {
      key: 'contract-ends',
      title: 'Thirty days before a contract ends',
      trigger: {
        type: 'schedule',
        dateField: { collection: 'contracts', field: 'endsOn', offset: '30d', when: 'before' },
      },
      nodes: [{ type: 'output', config: { value: 'contract {{$context.data.id}} ends soon' } }],
    },
  ],
});

function planOf({ startsOn, repeat, timeZone, endsOn, dateField }: JsonObject): ScheduleTrigger['plan'] {
  if (isJsonObject(dateField)) {
    const length = parseDuration(dateField.offset) ?? 0;
    const offsetMs = dateField.when === 'before' ? -length : length;
    const { collection, field } = dateField;
    return { kind: 'dateField', collection: String(collection), field: String(field), offsetMs };
  }
  const zone = textOf(timeZone) ?? 'UTC';
  const parsed = typeof repeat === 'string' ? parseRepeat(repeat, zone) : null;
  return {
    kind: 'static',
    startsOn: textOf(startsOn),
    repeat: typeof parsed === 'string' ? null : parsed,
    timeZone: zone,
    endsOn: textOf(endsOn),
  };
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
