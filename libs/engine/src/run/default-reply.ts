import { PROBLEM_CONTENT_TYPE, problemBody, type Json } from '#shared';
import type { ExecutionInput } from '../contract/execution.js';
import type { Scope } from '../contract/scope.js';
import type { Reply } from '../contract/reply.js';
import type { Ending } from '../contract/statuses.js';
import { renderReply } from '../expression/render-reply.js';

const OK: Reply = { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok' };

/** Endings that an operator or the machinery brought about: the trigger's own answer would tell the sender a lie. */
const INTERRUPTED: readonly Ending[] = ['aborted', 'canceled', 'retry_needed'];

/**
 * What a sync sender is answered when no response node ran (contract.md 6): the messages that were collected, else the
 * trigger's response if there is one, else 200 when the execution resolved and 500 when it did not. An interrupted
 * execution is always a 500.
 */
export function defaultReply(
  input: ExecutionInput,
  status: Ending,
  { scope, messages }: { scope: Scope; messages: readonly Json[] },
): Reply {
  const { workflow, execution, limits } = input;
  if (INTERRUPTED.includes(status)) return interruptedReply(execution.id);
  if (messages.length > 0) return capReply(messagesReply(messages, status), limits.replyBytes, execution.id);
  const template = workflow.trigger.config.response;
  if (template === undefined) return status === 'resolved' ? OK : interruptedReply(execution.id);
  try {
    return capReply(renderReply(template, scope).reply, limits.replyBytes, execution.id);
  } catch {
    return interruptedReply(execution.id);
  }
}

function messagesReply(messages: readonly Json[], status: Ending): Reply {
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return { status: status === 'resolved' ? 200 : 500, headers, body: JSON.stringify({ messages }) };
}

/** The 500 that a sync sender gets when its execution ended without a word of its own: cancelled, timed out, lost. */
export function interruptedReply(executionId: string): Reply {
  return problemReply('execution_failed', executionId);
}

/** The reply itself, or the 500 that takes its place when the body has more than `maxBytes` bytes. */
export function capReply(reply: Reply, maxBytes: number, executionId: string): Reply {
  return Buffer.byteLength(reply.body) <= maxBytes ? reply : problemReply('reply_too_large', executionId);
}

const DETAILS = {
  execution_failed: 'The workflow did not finish as planned.',
  reply_too_large: 'The answer of the workflow is larger than allowed.',
} as const;

/** A 500 as RFC 9457 problem document. It names the execution to look at and nothing of what happened in it. */
function problemReply(code: keyof typeof DETAILS, executionId: string): Reply {
  const problem = problemBody({ title: 'Internal Server Error', status: 500, code, detail: DETAILS[code] });
  return {
    status: 500,
    headers: { 'content-type': PROBLEM_CONTENT_TYPE },
    body: JSON.stringify({ ...problem, executionId }),
  };
}
