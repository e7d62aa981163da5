import type { ActiveWorkflow } from './active-workflow.js';
import type { WebhookRequest } from './webhook-request.js';

/** Seconds a browser may remember a preflight's answer. */
const MAX_AGE = '600';
const HEADER_LIST = /^[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1024}$/;

/** Headers that let a page of an allowed origin read the answer; nothing when the workflow has no `cors`. */
export function corsHeaders(workflow: ActiveWorkflow | null, request: WebhookRequest): Record<string, string> {
  const origins = workflow?.compiled.trigger.config.cors?.origins;
  if (!origins || origins.length === 0) return {};
  const origin = request.headers.values.origin;
  if (origin === undefined || !isAllowed(origins, origin)) return { vary: 'Origin' };
  return {
    vary: 'Origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'X-Request-Id, X-Execution-Id, Idempotent-Replayed, Location',
  };
}

/** Headers of a preflight's answer; null when this is none or its origin is not allowed. */
export function preflightHeaders(workflow: ActiveWorkflow, request: WebhookRequest): Record<string, string> | null {
  const headers = corsHeaders(workflow, request);
  if (!headers['access-control-allow-origin']) return null;
  if (request.headers.values['access-control-request-method'] === undefined) return null;
  const wanted = request.headers.values['access-control-request-headers'];
  return {
    ...headers,
    vary: 'Origin, Access-Control-Request-Headers',
    'access-control-allow-methods': [...workflow.compiled.trigger.methods].join(', '),
    ...(wanted !== undefined && HEADER_LIST.test(wanted) ? { 'access-control-allow-headers': wanted } : {}),
    'access-control-max-age': MAX_AGE,
  };
}

function isAllowed(origins: readonly string[], origin: string): boolean {
  return origins.includes('*') || origins.includes(origin);
}
