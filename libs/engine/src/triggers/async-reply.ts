import { findProvider } from '#signatures';
import type { WebhookWorkflow } from '../contract/compiled-workflow.js';
import type { Reply } from '../contract/reply.js';
import { renderReply, type ReplyTemplate } from '../expression/render-reply.js';
import { templatePaths } from '../expression/template.js';
import { triggerScope, type ScopeParts } from './trigger-scope.js';

/** The answer when nothing is configured: what the source documents name. */
const DEFAULT: ReplyTemplate = { status: 200, body: 'ok' };

/** Answers without templates, made once a version; versions are compiled once and kept. */
const fixedReplies = new WeakMap<WebhookWorkflow, Reply>();

/** True when the trigger's answer holds templates, and so differs between requests. */
export function asyncReplyIsTemplated(workflow: WebhookWorkflow): boolean {
  return templatePaths(workflow.trigger.config.response ?? {}).length > 0;
}

/**
 * What is answered unless templates or the document say more: `trigger.response`, else what the first preset that asks
 * for certain words wants to hear. Those words are no template.
 */
function replyTemplate({ trigger: { config } }: WebhookWorkflow): ReplyTemplate {
  if (config.response !== undefined) return { ...DEFAULT, ...config.response };
  for (const entry of config.auth) {
    const acknowledgement = entry.type === 'signature' ? findProvider(entry.provider)?.acknowledgement : null;
    if (acknowledgement) return { ...acknowledgement };
  }
  return DEFAULT;
}

/**
 * The answer of the trigger: `trigger.response`, its missing parts and all of it by default 200, `text/plain`, `ok`;
 * without `trigger.response`, what the preset's provider wants to hear.
 * Templates see `$context`, `$system`, `$env` and `$execution`.
 */
export function renderAsyncReply(workflow: WebhookWorkflow, parts: ScopeParts): Reply {
  const fixed = fixedReplies.get(workflow);
  if (fixed !== undefined) return copyOf(fixed);
  const { reply } = renderReply(replyTemplate(workflow), triggerScope(workflow, parts));
  if (!asyncReplyIsTemplated(workflow)) fixedReplies.set(workflow, copyOf(reply));
  return reply;
}

/** HTTP status of the trigger's answer as far as the document alone tells it; null when a template gives it. */
export function asyncReplyStatus(workflow: WebhookWorkflow): number | null {
  const { status } = replyTemplate(workflow);
  return typeof status === 'number' ? status : null;
}

/** The caller may add headers of its own. */
function copyOf(reply: Reply): Reply {
  return { ...reply, headers: { ...reply.headers } };
}

/** The answer to a request that the filter kept out: as usual, in sync mode `trigger.response`, else 200. */
export function filteredReply(workflow: WebhookWorkflow, parts: ScopeParts): Reply {
  return renderAsyncReply(workflow, parts);
}
