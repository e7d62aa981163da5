import type { ActiveWorkflow } from './active-workflow.js';
import type { Acceptance } from './acceptance.js';
import type { ResolvedAuth } from './auth-checks.js';
import type { GatewayServices } from './gateway-services.js';
import type { ReceiveOutcome } from './receive-outcome.js';
import { ReplyWait } from './reply-wait.js';
import { acceptRequest } from './steps/accept-request.js';
import { admit } from './steps/admit.js';
import { answerAsync } from './steps/answer-async.js';
import { answerFiltered } from './steps/answer-filtered.js';
import { answerHandshake } from './steps/answer-handshake.js';
import { answerLate } from './steps/answer-late.js';
import { authenticate } from './steps/authenticate.js';
import { awaitReply } from './steps/await-reply.js';
import { checkOrigin } from './steps/check-origin.js';
import { enqueueExecution } from './steps/enqueue-execution.js';
import { limitSender } from './steps/limit-sender.js';
import { limitWorkflow } from './steps/limit-workflow.js';
import { parseBody } from './steps/parse-body.js';
import { readBody, type ReadBody } from './steps/read-body.js';
import { resolveWorkflow, type Resolved } from './steps/resolve-workflow.js';
import { screen } from './steps/screen.js';
import { verifySignatures } from './steps/verify-signature.js';
import type { WebhookRequest } from './webhook-request.js';

/**
 * The path of every webhook request, gate by gate: cheap and hostile first, then authentication, then the first write.
 * The order is the contract; each step documents what it refuses.
 * @throws Refusal for everything expected, ClientGone when the sender hung up before its body was complete
 */
export async function receiveWebhook(request: WebhookRequest, services: GatewayServices): Promise<ReceiveOutcome> {
  const { config, directory, limits } = services;
  admit(request, services.admission, config.headerLimits);
  limitSender(request, limits);
  const resolution = resolveWorkflow(request, directory);
  if (resolution.kind === 'options') return resolution;
  const { workflow } = resolution;
  checkOrigin(request, workflow);
  limitWorkflow(request, workflow, limits);
  const auth = workflow.auth.resolve(directory.env);
  const authenticated = authenticate(request, auth, services);
  if (authenticated) await authenticated;
  const { bodyLimit } = workflow.compiled.trigger.config;
  const body = await readBody(request, Math.min(bodyLimit, config.bodyLimitMax), services.bodies);
  const handshake = auth.presets.length === 0 ? null : await shakeHands(request, resolution, auth, body, services);
  services.bodies.release(request.known);
  if (handshake) return handshake;
  const parsed = parseBody(request, workflow, auth, body.received, config.parseLimits);
  const isWanted = screen(workflow, parsed.context, directory.env);
  if (!isWanted) return { kind: 'filtered', reply: answerFiltered(workflow, parsed, directory.env) };
  const isSync = workflow.compiled.trigger.config.mode === 'sync';
  const replyTo = isSync ? services.replyChannel.instance : null;
  const acceptance = await acceptRequest(request, workflow, parsed, directory.env, services.acceptor, replyTo);
  // Listening begins before the job exists: a worker may be done before enqueueing returns.
  const wait = isSync ? listen(request, acceptance, services) : null;
  if (acceptance.kind === 'accepted') {
    const { executionId, jobDedupId, chunk } = acceptance;
    enqueueExecution({ executionId, dedupId: jobDedupId, urgent: isSync, chunk }, services.producer, services.logger);
  }
  if (wait) return answerSync(request, workflow, wait, services);
  const sources = { env: directory.env, directory, executions: services.executions, limits: config.parseLimits };
  return { kind: 'answered', reply: await answerAsync(workflow, parsed, acceptance, sources) };
}

/** Gates 11 to 13: probes that prove themselves, the signatures, signed probes. Null: a verified event. */
async function shakeHands(
  request: WebhookRequest,
  { unlessHandshake }: Resolved,
  auth: ResolvedAuth,
  body: ReadBody,
  services: GatewayServices,
): Promise<ReceiveOutcome | null> {
  const unsigned = answerHandshake(request, auth, body.content, 'unsigned', services);
  if (unsigned) return { kind: 'handshake', gate: 11, reply: await unsigned };
  const verified = verifySignatures(request, auth, body.received, services);
  if (verified) await verified;
  const signed = answerHandshake(request, auth, request.known.content?.body ?? body.received, 'signed', services);
  if (signed) return { kind: 'handshake', gate: 13, reply: await signed };
  if (unlessHandshake) throw unlessHandshake;
  return null;
}

function listen(request: WebhookRequest, { executionId }: Acceptance, services: GatewayServices): ReplyWait {
  return new ReplyWait(executionId, services.replyChannel, services.waiters, request.response);
}

async function answerSync(
  request: WebhookRequest,
  workflow: ActiveWorkflow,
  wait: ReplyWait,
  services: GatewayServices,
): Promise<ReceiveOutcome> {
  const { config, executions } = services;
  const deadline = new Date(request.receivedAt.getTime() + workflow.compiled.trigger.config.timeoutMs);
  const joined = request.known.execution?.duplicate === true;
  const end = await awaitReply(wait, executions, { deadline, pollMs: config.replyPollMs, joined });
  switch (end.kind) {
    case 'reply':
      return { kind: 'answered', reply: end.reply };
    case 'gone':
      return { kind: 'gone' };
    case 'late':
      return { kind: 'pending', reply: answerLate(workflow, wait.executionId, services.publicUrl(), config.replyKey) };
  }
}
