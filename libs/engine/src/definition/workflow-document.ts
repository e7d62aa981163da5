import type { JsonObject } from '#shared';
import { ENDINGS } from '../contract/statuses.js';

/** Version of the document's shape; stored documents carry it. */
export const WORKFLOW_SCHEMA_VERSION = 1;

/** WORKFLOW_LIMITS of contract.md 11. */
export const WORKFLOW_LIMITS = { nodes: 400, nesting: 20 } as const;

/** BODY_LIMIT_MAX of contract.md 11, in bytes. */
export const BODY_LIMIT_MAX = 25 * 1024 ** 2;

/** Of one workflow's rate limit. */
const MOST_REQUESTS = 1_000_000;

/** A workflow's key (contract.md 2). */
const KEY_PATTERN = '^[a-z0-9][a-z0-9-]{0,62}$';

/** 180 days in milliseconds. */
const LONGEST_TIMEOUT_MS = 180 * 86_400_000;

const text = (maxLength: number): JsonObject => ({ type: 'string', maxLength });
const nonBlank = (description: string): JsonObject => ({ type: 'string', pattern: '\\S', description });

const mappings = (where: string): JsonObject => ({
  type: 'array',
  maxItems: 200,
  description: `Paths in the ${where} that become variables.`,
  items: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: {
      path: nonBlank('Such as a.b or a[0].b.'),
      alias: nonBlank('Name in $context.vars; the path when absent.'),
    },
  },
});

const reply: JsonObject = {
  type: 'object',
  additionalProperties: false,
  description: 'The answer when no response node gives one; async: sent at once.',
  properties: {
    status: { description: '200 to 599, or a template that gives it.' },
    headers: { type: 'object', additionalProperties: { type: 'string' }, description: 'By name; values are text.' },
    body: { description: 'Text or any JSON; templates are rendered.' },
  },
};

const filter: JsonObject = {
  type: 'object',
  additionalProperties: false,
  description: 'A condition: when it is false the request is answered as usual and nothing runs.',
  properties: {
    engine: {
      enum: ['basic', 'math.js', 'formula.js', 'string'],
      default: 'basic',
      description: 'What evaluates it.',
    },
    calculation: {
      type: 'object',
      description: 'For basic: {calculator, operands} or {group: {type: and | or, calculations: [...]}}.',
    },
    expression: { type: 'string', description: 'For the other engines.' },
  },
};

/**
 * Entries of `trigger.auth` by type, but for `signature`, whose presets bring their own. Every secret may be, and should
 * be, `{{$env.NAME}}`.
 */
export const AUTH_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  basic: {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'username', 'password'],
    properties: {
      type: { const: 'basic' },
      username: nonBlank('As the sender sends it.'),
      password: nonBlank('Use {{$env.NAME}}.'),
    },
  },
  token: {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'value'],
    properties: {
      type: { const: 'token' },
      header: nonBlank('Name of the header that carries the token.'),
      query: nonBlank('Name of the query parameter that does, instead of a header.'),
      value: nonBlank('The token; use {{$env.NAME}}.'),
    },
  },
  ip: {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'allow'],
    properties: {
      type: { const: 'ip' },
      allow: {
        type: 'array',
        minItems: 1,
        maxItems: 1000,
        items: { type: 'string' },
        description: 'Addresses and CIDRs, IPv4 and IPv6.',
      },
    },
  },
};

/** `trigger` of type webhook (contract.md 2). Auth entries are checked by {@link AUTH_SCHEMAS} and the presets' schemas. */
export const WEBHOOK_TRIGGER_SCHEMA: JsonObject = {
  type: 'object',
  additionalProperties: false,
  required: ['type'],
  properties: {
    type: { const: 'webhook' },
    mode: {
      enum: ['async', 'sync'],
      default: 'async',
      description: 'Answer at once, or with what the nodes say. Fixed when the workflow is created.',
    },
    methods: {
      type: 'array',
      minItems: 1,
      uniqueItems: true,
      items: { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
      default: ['POST'],
      description: 'Others are answered 405.',
    },
    path: { ...text(512), description: 'Second URL, unique per method; `:name` segments become $context.params.' },
    auth: {
      type: 'array',
      maxItems: 20,
      items: { type: 'object' },
      default: [],
      description: 'Every entry must pass; none: public.',
    },
    httpsOnly: { type: 'boolean', default: false, description: 'Plain HTTP is refused with 403.' },
    cors: {
      type: 'object',
      additionalProperties: false,
      required: ['origins'],
      description: 'For forms and scripts in browsers.',
      properties: {
        origins: {
          type: 'array',
          uniqueItems: true,
          maxItems: 100,
          items: nonBlank('An origin.'),
          description: 'Such as https://example.com, or *.',
        },
      },
    },
    bodyLimit: {
      type: ['integer', 'string'],
      default: '10mb',
      description: 'Bytes, or a size such as 64kb; at most 25mb. Larger bodies are refused with 413.',
    },
    parse: {
      type: 'object',
      additionalProperties: false,
      description: 'Named variables, found in $context.vars.',
      properties: {
        headers: {
          type: 'array',
          maxItems: 200,
          items: nonBlank('A name.'),
          description: 'Names of headers that become variables.',
        },
        query: mappings('query'),
        body: mappings('body'),
      },
    },
    validate: { type: 'object', description: 'JSON Schema of the parsed body; 400 when it does not fit.' },
    filter,
    dedup: {
      type: 'object',
      additionalProperties: false,
      description: 'Which requests are the same delivery.',
      properties: {
        key: nonBlank('A template that gives the delivery id; else the preset or the Idempotency-Key header does.'),
        window: { type: 'string', default: '24h', description: 'How long it is remembered; at most 365d.' },
      },
    },
    rateLimit: {
      type: 'object',
      additionalProperties: false,
      required: ['requests'],
      description: 'Over all gateways; more is refused with 429 before the body is read. None when absent.',
      properties: {
        requests: { type: 'integer', minimum: 1, maximum: MOST_REQUESTS, description: 'How many in each `per`.' },
        per: { type: 'string', default: '1s', description: 'A duration from 1s to 1h.' },
        burst: {
          type: 'integer',
          minimum: 1,
          maximum: MOST_REQUESTS,
          description: 'How many at once after a silence; `requests` when absent.',
        },
      },
    },
    concurrency: false,
    order: false,
    priority: { const: 0, default: 0 },
    splitBatch: { const: false, default: false },
    timeout: { type: 'string', default: '30s', description: 'How long a sync sender waits; at most 120s.' },
    onTimeout: {
      enum: ['fail', 'accept'],
      default: 'fail',
      description: 'Then answer 408, or 202 with a URL of the answer; the execution goes on.',
    },
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
