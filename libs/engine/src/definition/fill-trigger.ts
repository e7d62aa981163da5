import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { CompiledWebhook } from '../contract/compiled-workflow.js';
import type { WebhookTrigger } from '../contract/workflow-document.js';
import { compileBodySchema } from './compile-body-schema.js';
import { compilePath } from './compile-path.js';
import { parseDuration } from './parse-duration.js';
import { parseSize } from './parse-size.js';

const DEFAULTS = { bodyLimit: 10 * 1024 ** 2, timeoutMs: 30_000, windowMs: 86_400_000, perMs: 1_000 };

/** The trigger with the defaults of contract.md 2 filled in. Only for a trigger without faults. */
export function fillTrigger(trigger: JsonObject): WebhookTrigger {
  const { bodyLimit, timeout, dedup, filter, parse, rateLimit, priority, splitBatch, ...rest } = trigger;
  void priority;
  void splitBatch;
  const filled = {
    mode: 'async',
    methods: ['POST'],
    auth: [],
    httpsOnly: false,
    onTimeout: 'fail',
    ...rest,
    bodyLimit: parseSize(bodyLimit) ?? DEFAULTS.bodyLimit,
    timeoutMs: parseDuration(timeout) ?? DEFAULTS.timeoutMs,
    parse: { headers: [], query: [], body: [], ...members(parse) },
    dedup: fillDedup(members(dedup)),
    ...(isJsonObject(rateLimit) ? { rateLimit: fillRateLimit(rateLimit) } : {}),
    ...(filter === undefined ? {} : { filter: { engine: 'basic', ...members(filter) } }),
  };
  return filled as unknown as WebhookTrigger;
}

function members(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function fillDedup({ key, window }: JsonObject): JsonObject {
  const windowMs = parseDuration(window) ?? DEFAULTS.windowMs;
  return key === undefined ? { windowMs } : { key, windowMs };
}

function fillRateLimit({ requests, per, burst }: JsonObject): JsonObject {
  return { requests: requests!, perMs: parseDuration(per) ?? DEFAULTS.perMs, burst: burst ?? requests! };
}

/** What is looked up in every request, worked out once. */
export function compileWebhook(config: WebhookTrigger): CompiledWebhook {
  const path = config.path === undefined ? null : compilePath(config.path);
  const validateBody = config.validate === undefined ? null : compileBodySchema(config.validate);
  return {
    config,
    methods: new Set(config.methods),
    path: typeof path === 'string' ? null : path,
    validateBody: typeof validateBody === 'string' ? null : validateBody,
  };
}
