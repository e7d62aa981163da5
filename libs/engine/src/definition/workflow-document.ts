import type { JsonObject } from '#shared';
import { ENDINGS } from '../contract/statuses.js';

/** Version of the document's shape; stored documents carry it. */
export const WORKFLOW_SCHEMA_VERSION = 1;

/** WORKFLOW_LIMITS of contract.md 11. */
export const WORKFLOW_LIMITS = { nodes: 400, nesting: 20 } as const;

/** BODY_LIMIT_MAX of contract.md 11, in bytes. */
export const BODY_LIMIT_MAX = 25 * 1024 ** 2;

/** A workflow's key (contract.md 2). */
const KEY_PATTERN = '^[a-z0-9][a-z0-9-]{0,62}$';

/** 180 days in milliseconds. */
const LONGEST_TIMEOUT_MS = 180 * 86_400_000;

const text = (maxLength: number): JsonObject => ({ type: 'string', maxLength });
const nonBlank: JsonObject = { type: 'string', pattern: '\\S' };

const mappings: JsonObject = {
  type: 'array',
  maxItems: 200,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: { path: nonBlank, alias: nonBlank },
  },
};

const reply: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    status: { description: '200 to 599, or a template that gives it.' },
    headers: { type: 'object', additionalProperties: { type: 'string' } },
    body: { description: 'Text or any JSON; templates are rendered.' },
  },
};

const filter: JsonObject = {
  type: 'object',
  additionalProperties: false,
  properties: {
    engine: { enum: ['basic', 'math.js', 'formula.js', 'string'], default: 'basic' },
    calculation: { type: 'object' },
    expression: { type: 'string' },
  },
};

/** Entries of `trigger.auth` by type. Every secret may be, and should be, `{{$env.NAME}}`. */
export const AUTH_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  basic: {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'username', 'password'],
    properties: { type: { const: 'basic' }, username: nonBlank, password: nonBlank },
  },
  token: {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'value'],
    properties: { type: { const: 'token' }, header: nonBlank, query: nonBlank, value: nonBlank },
  },
  ip: {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'allow'],
    properties: {
      type: { const: 'ip' },
      allow: { type: 'array', minItems: 1, maxItems: 1000, items: { type: 'string' } },
    },
  },
  github: signatureSchema({}),
  hmac: signatureSchema({
    header: nonBlank,
    algorithm: { enum: ['sha1', 'sha256', 'sha512'] },
    encoding: { enum: ['hex', 'base64', 'base64url'] },
    prefix: text(64),
    signedBytes: { type: 'string', minLength: 1, maxLength: 256 },
    timestampHeader: nonBlank,
    tolerance: { type: 'integer', minimum: 1, maximum: 86400, description: 'Seconds, both directions.' },
  }),
};

function signatureSchema(options: JsonObject): JsonObject {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'provider', 'secrets'],
    properties: {
      type: { const: 'signature' },
      provider: { type: 'string' },
      secrets: { type: 'array', minItems: 1, maxItems: 20, items: nonBlank },
      ...options,
    },
  };
}

/** `trigger` of type webhook (contract.md 2). Auth entries are checked by {@link AUTH_SCHEMAS}. */
export const WEBHOOK_TRIGGER_SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: {
    type: { const: 'webhook' },
    mode: { enum: ['async', 'sync'], default: 'async' },
    methods: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
      default: ['POST'],
    },
    path: text(512),
    auth: { type: 'array', maxItems: 20, items: { type: 'object' }, default: [] },
    httpsOnly: { type: 'boolean', default: false },
    cors: {
      type: 'object',
      additionalProperties: false,
      required: ['origins'],
      properties: { origins: { type: 'array', uniqueItems: true, maxItems: 100, items: nonBlank } },
    },
    bodyLimit: { type: ['integer', 'string'], default: '10mb' },
    parse: {
      type: 'object',
      additionalProperties: false,
      properties: { headers: { type: 'array', maxItems: 200, items: nonBlank }, query: mappings, body: mappings },
    },
    validate: { type: 'object' },
    filter,
    dedup: {
      type: 'object',
      additionalProperties: false,
      properties: { key: nonBlank, window: { type: 'string', default: '24h' } },
    },
    rateLimit: false,
    concurrency: false,
    order: false,
    priority: { const: 0, default: 0 },
    splitBatch: { const: false, default: false },
    timeout: { type: 'string', default: '30s' },
    onTimeout: { enum: ['fail', 'accept'], default: 'fail' },
    response: reply,
  },
};

/** The document without trigger and nodes, which have checks of their own. */
export const DOCUMENT_SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['trigger', 'nodes'],
  properties: {
    key: { type: 'string', pattern: KEY_PATTERN },
    title: text(200),
    description: text(10000),
    enabled: { type: 'boolean' },
    schemaVersion: { const: WORKFLOW_SCHEMA_VERSION },
    trigger: { type: 'object' },
    options: {
      type: 'object',
      additionalProperties: false,
      properties: {
        timeout: { type: 'integer', minimum: 0, maximum: LONGEST_TIMEOUT_MS, default: 0 },
        stackLimit: { type: 'integer', minimum: 1, maximum: 100, default: 1 },
        deleteExecutionOnStatus: { type: 'array', uniqueItems: true, items: { enum: [...ENDINGS] }, default: [] },
        retention: { type: 'string' },
        errorWorkflow: { type: 'string', pattern: KEY_PATTERN },
      },
    },
    nodes: { type: 'array' },
  },
};

/** One node; `config` is checked by its definition, `branches` node by node. */
export const NODE_SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: {
    key: { type: 'string', pattern: '^(?!__proto__$)[A-Za-z0-9_-]{1,64}$' },
    type: { type: 'string' },
    title: text(200),
    config: { type: 'object', default: {} },
    branches: { type: 'object', additionalProperties: { type: 'array' }, default: {} },
  },
};
