import type { WebhookWorkflow } from '../contract/compiled-workflow.js';
import type { StoredRequest, TriggerContext } from '../contract/request.js';
import { parsePath } from '../expression/parse-path.js';
import { renderTemplate, templatePaths } from '../expression/template.js';
import { valueText } from '../expression/value-text.js';
import { parseBody } from './parse-body/parse-body.js';
import { triggerScope } from './trigger-scope.js';
import { contentOf, declaredVariables, formPayloadOf } from './webhook-context.js';

/** The body was parsed within its limits when the context was derived. */
const NO_LIMITS = {
  jsonDepth: Number.POSITIVE_INFINITY,
  jsonKeys: Number.POSITIVE_INFINITY,
  multipartParts: Number.POSITIVE_INFINITY,
  multipartField: Number.POSITIVE_INFINITY,
  multipartFile: Number.POSITIVE_INFINITY,
  xmlBytes: Number.POSITIVE_INFINITY,
};
const FROM_BODY = new Set(['data', 'body', 'vars']);

/**
 * The delivery id that `dedup.key` makes of a request. Numbers of a JSON body are taken as they were written, so that
 * ids beyond 2^53 stay apart; the body is parsed again for that only when the key reads it.
 *
 * @returns null when no key is configured, or when a request gives an empty one: then there is no dedup.
 */
export function evaluateDedupKey(
  workflow: WebhookWorkflow,
  request: StoredRequest,
  context: TriggerContext,
  env: Record<string, string>,
): string | null {
  const key = workflow.trigger.config.dedup?.key;
  if (key === undefined) return null;
  const seen = readsBody(key) ? losslessContext(workflow, request, context) : context;
  const value = valueText(renderTemplate(key, triggerScope(workflow, { context: seen, env })));
  return value.trim() === '' ? null : value;
}

function readsBody(key: string): boolean {
  return templatePaths(key).some((path) => {
    const segments = parsePath(path) ?? [];
    const [root, member] = segments[0] === 'ctx' ? segments.slice(1) : segments;
    return root === '$context' && (member === undefined || FROM_BODY.has(member));
  });
}

function losslessContext(workflow: WebhookWorkflow, request: StoredRequest, context: TriggerContext): TriggerContext {
  const { body, contentType } = contentOf(request);
  const parsed = parseBody(body, contentType, NO_LIMITS, { lossless: true, formPayload: formPayloadOf(workflow) });
  if (!parsed.ok) return context;
  const { headers, query } = context;
  const { data } = parsed;
  const vars = declaredVariables(workflow, { headers, query, data });
  // By descriptors: a spread would read, and so work out, the text and the hash of the raw body.
  const copy = Object.defineProperties({} as TriggerContext, Object.getOwnPropertyDescriptors(context));
  return Object.assign(copy, { data, body: data, vars });
}
