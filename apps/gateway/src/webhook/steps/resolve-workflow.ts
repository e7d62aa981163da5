import type { HttpMethod, Reply } from '#engine';
import type { ActiveWorkflow } from '../active-workflow.js';
import { preflightHeaders } from '../cors.js';
import { mayBeHandshake } from '../may-be-handshake.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';
import type { WorkflowDirectory } from '../workflow-directory.js';

const BY_URL = '/api/webhooks/';
/** Some clients percent-encode the colon. */
const BY_KEY = /^\/api\/webhook(?::|%3a)trigger\//i;

/** The workflow to run, or the answer to OPTIONS. */
export type Resolution = Resolved | { kind: 'options'; reply: Reply };

export interface Resolved {
  kind: 'workflow';
  workflow: ActiveWorkflow;
  /** Set when only a handshake lets this method in: what to say when it turns out to be none. */
  unlessHandshake: Refusal | null;
}

/**
 * Gates 4 and 5: which active workflow has this URL, and does it take this method. HEAD counts as GET. A method that only
 * a preset's handshake uses is let through for that handshake.
 * @throws Refusal unknown_webhook (the same for unknown, disabled and deleted), method_not_allowed
 */
export function resolveWorkflow(
  request: WebhookRequest,
  directory: Pick<WorkflowDirectory, 'find' | 'findKey'>,
): Resolution {
  const found = candidates(request.path, directory);
  const [first] = found;
  if (!first) throw new Refusal('unknown_webhook');
  const method = (request.method === 'HEAD' ? 'GET' : request.method) as HttpMethod;
  const workflow = found.find(({ compiled }) => compiled.trigger.methods.has(method));
  if (workflow) return resolved(request, workflow, null);
  const probed = found.find(({ handshakes }) => handshakes.some((match) => mayBeHandshake(request, match)));
  if (!probed && request.method === 'OPTIONS') return answerOptions(request, found, first);
  request.known.workflow = probed ?? first;
  const refusal = new Refusal('method_not_allowed', { headers: { allow: allowOf(found) } });
  if (!probed) throw refusal;
  return resolved(request, probed, refusal);
}

function resolved(request: WebhookRequest, workflow: ActiveWorkflow, unlessHandshake: Refusal | null): Resolved {
  request.known.workflow = workflow;
  return { kind: 'workflow', workflow, unlessHandshake };
}

function candidates(path: string, directory: Pick<WorkflowDirectory, 'find' | 'findKey'>): readonly ActiveWorkflow[] {
  if (path.startsWith(BY_URL)) return directory.find(path.slice(BY_URL.length));
  const trigger = BY_KEY.exec(path);
  const owner = trigger ? directory.findKey(path.slice(trigger[0].length)) : null;
  return owner ? [owner] : [];
}

function answerOptions(request: WebhookRequest, found: readonly ActiveWorkflow[], first: ActiveWorkflow): Resolution {
  const wanted = request.headers.values['access-control-request-method'] as HttpMethod | undefined;
  const workflow = found.find(({ compiled }) => wanted !== undefined && compiled.trigger.methods.has(wanted)) ?? first;
  request.known.workflow = workflow;
  const headers = preflightHeaders(workflow, request) ?? { allow: allowOf(found) };
  return { kind: 'options', reply: { status: 204, headers, body: '' } };
}

function allowOf(found: readonly ActiveWorkflow[]): string {
  const methods = new Set<string>(found.flatMap(({ compiled }) => [...compiled.trigger.methods]));
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].join(', ');
}
