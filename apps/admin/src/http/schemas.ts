import { ENDINGS, OPEN_STATUSES } from '#engine';
import { catalogueSchemas } from './catalogue-schemas.js';
import { replaySchemas } from './replay-schemas.js';
import { requestSchemas } from './request-schemas.js';
import { any, flag, headers, object, orNull, page, ref, text, time, uuid, whole, type Schema } from './schema-parts.js';

const fault = object({ pointer: text, code: text, message: text });
const status = { enum: [...OPEN_STATUSES, ...ENDINGS] };
const error = { type: ['object', 'null'], properties: { code: text, message: text, detail: any } };

const workflow = {
  key: text,
  title: orNull(text),
  trigger: { ...text, description: 'type of its trigger, see GET /api/v1/triggers' },
  mode: { enum: ['async', 'sync'] },
  enabled: flag,
  currentVersion: orNull(whole),
  url: { ...orNull(text), description: 'the webhook URL, from HOOKMILL_PUBLIC_URL; null without a webhook' },
  createdAt: time,
  updatedAt: time,
};
const version = { number: whole, current: flag, createdAt: time };
const execution = {
  id: uuid,
  workflowKey: text,
  version: whole,
  status,
  reason: orNull(text),
  requestId: orNull(uuid),
  createdAt: time,
  startedAt: orNull(time),
  endedAt: orNull(time),
};
const task = {
  id: uuid,
  executionId: uuid,
  workflowKey: text,
  nodeRunId: uuid,
  nodeKey: text,
  kind: { enum: ['manual', 'approval', 'cc'] },
  assignee: text,
  delegatedFrom: orNull(text),
  title: text,
  status: { enum: ['open', 'done', 'closed'], description: 'closed: nobody waits for it any more' },
  form: { type: ['object', 'null'], description: 'JSON Schema of the values' },
  actions: { type: 'array', items: text },
  action: orNull(text),
  comment: orNull(text),
  createdAt: time,
  submittedAt: orNull(time),
  readAt: orNull(time),
};
const fieldType = {
  enum: ['string', 'text', 'integer', 'bigint', 'double', 'decimal', 'boolean', 'date', 'datetime', 'json', 'uuid'],
};
const field = {
  name: text,
  type: fieldType,
  required: { ...flag, default: false },
  default: { ...any, default: null },
  unique: { ...flag, default: false },
  index: { ...flag, default: false },
};
const secret = { name: text, createdAt: time, updatedAt: time, notBefore: orNull(time), notAfter: orNull(time) };

const triggeredRun = {
  workflowKey: text,
  executionId: uuid,
  status: { ...status, description: 'when the answer was given' },
  messages: { type: 'array', items: any, description: 'what response-message nodes said' },
  output: any,
};

/** What the API answers, for the OpenAPI document. The answers' own types are in the `*-view.ts` files. */
export const schemas = {
  Problem: object(
    {
      type: text,
      title: text,
      status: whole,
      code: text,
      detail: text,
      requestId: uuid,
      faults: { type: 'array', items: fault },
    },
    ['requestId', 'faults'],
  ),
  Document: {
    type: 'object',
    description: 'A workflow document; POST /api/v1/workflows/validate tells every fault.',
    required: ['trigger', 'nodes'],
  },
  Workflow: object(workflow),
  Workflows: page('Workflow'),
  SavedWorkflow: object({ ...workflow, version: whole, change: { enum: ['created', 'updated', 'unchanged'] } }),
  Version: object(version),
  Versions: page('Version'),
  VersionDetail: object({ ...version, document: ref('Document') }),
  Validation: object({ valid: flag, faults: { type: 'array', items: fault } }),
  Execution: object(execution),
  Executions: page('Execution'),
  NodeRun: object({
    id: uuid,
    nodeKey: text,
    type: text,
    status: { enum: ['pending', ...ENDINGS] },
    input: any,
    result: any,
    error,
    log: orNull(text),
    startedAt: time,
    endedAt: orNull(time),
  }),
  ExecutionDetail: object({
    ...execution,
    context: { description: '$context of the run; null when it can no longer be derived' },
    reply: {
      type: ['object', 'null'],
      properties: { status: whole, headers, body: text },
      description: 'what a waiting sender was answered',
    },
    output: any,
    error,
    previousExecutionId: orNull(uuid),
    replayId: { ...orNull(uuid), description: 'the replay that started it' },
    nodeRuns: { type: 'array', items: ref('NodeRun') },
  }),
  NodeTest: object({ status: { enum: ENDINGS }, result: any, log: text, error }, ['log', 'error']),
  ...replaySchemas,
  Replays: page('Replay'),
  Task: object(task),
  Tasks: page('Task'),
  TaskDetail: object({ ...task, data: any, values: any }),
  Secret: object(secret),
  Secrets: page('Secret'),
  ChannelDocument: {
    type: 'object',
    description: 'The type and, beside it, its config; GET /api/v1/channel-types tells the schema of each.',
    properties: { type: text },
    required: ['type'],
  },
  Channel: {
    type: 'object',
    description: 'The config stands beside these, its credentials as ***.',
    properties: { name: text, type: text, createdAt: time, updatedAt: time },
    required: ['name', 'type', 'createdAt', 'updatedAt'],
  },
  Channels: page('Channel'),
  Notification: object({ id: uuid, to: text, title: orNull(text), text, createdAt: time, readAt: orNull(time) }),
  Notifications: page('Notification'),
  Field: object(field),
  Collection: object({
    name: text,
    title: orNull(text),
    fields: { type: 'array', items: ref('Field') },
    createdAt: time,
    updatedAt: time,
  }),
  Collections: page('Collection'),
  CollectionBody: object(
    {
      title: orNull(text),
      fields: { type: 'array', items: object(field, ['required', 'default', 'unique', 'index']) },
    },
    ['title'],
  ),
  Record: {
    type: 'object',
    description: 'The values by field, besides what the database sets.',
    properties: {
      id: { type: ['integer', 'string'], description: 'text beyond 2^53' },
      createdAt: time,
      updatedAt: time,
    },
    required: ['id', 'createdAt', 'updatedAt'],
  },
  Records: page('Record'),
  InterceptedCall: object({
    intercepted: { const: true },
    workflow: text,
    executionId: uuid,
    messages: { type: 'array', items: any },
  }),
  TriggeredRun: object(triggeredRun),
  TriggeredRuns: object({ items: { type: 'array', items: ref('TriggeredRun') } }),
  RecordValues: { type: 'object', description: 'values by field' },
  ApiKey: object({ id: uuid, name: text, role: text, prefix: text, createdAt: time, lastUsedAt: orNull(time) }),
  ApiKeys: page('ApiKey'),
  NewApiKey: object({ id: uuid, key: text, name: text, role: text }),
  ...requestSchemas,
  ...catalogueSchemas,
  NodeTypes: page('NodeType'),
  TriggerTypes: page('TriggerType'),
  CatalogueEntry: { type: 'object', description: 'a declaration with its JSON Schema and examples' },
  Catalogue: page('CatalogueEntry'),
} as const satisfies Record<string, Schema>;
