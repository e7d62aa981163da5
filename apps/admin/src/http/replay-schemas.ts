const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const whole = { type: 'integer' };
const time = { type: 'string', format: 'date-time' };
const timeOrNull = { ...time, type: ['string', 'null'] };
const uuid = { type: 'string', format: 'uuid' };

const replay = {
  id: uuid,
  kind: { enum: ['requests', 'executions'] },
  filter: { type: 'object', additionalProperties: text, description: 'as asked for; of a single one: request' },
  fromNode: textOrNull,
  version: { enum: ['same', 'current'] },
  rate: { ...whole, description: 'members a second, at most' },
  status: { enum: ['queued', 'running', 'done', 'canceled'] },
  total: { ...whole, description: 'members, counted when it was asked for' },
  started: { ...whole, description: 'members with a new execution' },
  filtered: { ...whole, description: 'the filter does not want them' },
  refused: { ...whole, description: 'the parser, schema or filter of the current version cannot take them' },
  gone: { ...whole, description: 'deleted meanwhile' },
  skipped: { ...whole, description: 'not run for another reason, see reasons' },
  createdAt: time,
  startedAt: timeOrNull,
  endedAt: timeOrNull,
  error: { ...textOrNull, description: 'the fault that holds it up now; it is tried again' },
  createdBy: { ...text, description: 'name of the key' },
};
const reason = { outcome: text, reason: textOrNull, count: whole };
const reasons = {
  type: 'array',
  description: 'why members started nothing',
  items: { type: 'object', properties: reason, required: Object.keys(reason) },
};

/** Schemas of replays; every property is always there. */
export const replaySchemas = {
  Replay: { type: 'object', properties: replay, required: Object.keys(replay) },
  ReplayDetail: { type: 'object', properties: { ...replay, reasons }, required: [...Object.keys(replay), 'reasons'] },
  ReplayCount: { type: 'object', properties: { count: whole }, required: ['count'] },
};
