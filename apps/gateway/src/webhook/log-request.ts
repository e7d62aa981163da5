import type { Reply } from '#engine';
import { attributes } from '#shared';
import type { CountedRefusal } from '#storage';
import type { GatewayServices } from './gateway-services.js';
import { maskCredentials } from './mask-credentials.js';
import { OncePer } from './once-per.js';
import type { RefusalCode } from './refusals.js';
import type { WebhookRequest } from './webhook-request.js';

/** How a request was settled. */
export interface Settlement {
  /** `aborted`: the sender hung up before its body was complete; that leaves no row. */
  verdict: 'accepted' | 'duplicate' | 'filtered' | 'handshake' | 'refused' | 'aborted';
  /** Null when there is nobody to answer. */
  reply: Reply | null;
  gate: number;
  code: RefusalCode | null;
  /** For the log line only. */
  why?: string | undefined;
}

/** Up to this gate the headers and the URL may be of any size. */
const SIZE_GATE = 2;
const URL_KEPT = 1_024;
const quiet = new OncePer(60_000);

/** One wide line, and a row in the request log unless accepting has written it already. */
export function logRequest(
  request: WebhookRequest,
  settlement: Settlement,
  { logger, requestLog, directory }: Pick<GatewayServices, 'logger' | 'requestLog' | 'directory'>,
): void {
  const { workflow } = request.known;
  logger.info(lineOf(request, settlement), 'request');
  if (settlement.why === 'misconfigured' && quiet.allows(workflow?.key ?? '')) {
    logger.warn({ [attributes.workflowKey]: workflow?.key, gate: settlement.gate }, 'verify_misconfigured');
  }
  const { verdict, gate } = settlement;
  if (verdict === 'aborted') requestLog.count(countOf(request, gate));
  if (verdict === 'filtered' || verdict === 'handshake' || verdict === 'refused')
    requestLog.write({ ...rowOf(request, settlement, directory.env), verdict });
}

function countOf({ receivedAt, known }: WebhookRequest, gate: number): CountedRefusal {
  return { receivedAt, workflowId: known.workflow?.workflowId ?? null, gate, reason: 'client_gone' };
}

function lineOf(request: WebhookRequest, settlement: Settlement) {
  const { workflow, execution, body } = request.known;
  return {
    [attributes.requestId]: request.id,
    [attributes.workflowKey]: workflow?.key,
    [attributes.workflowVersion]: workflow?.version,
    [attributes.executionId]: execution?.id,
    [attributes.verdict]: settlement.verdict,
    [attributes.refusalCode]: settlement.code ?? undefined,
    [attributes.httpMethod]: request.method,
    [attributes.httpStatus]: settlement.reply?.status,
    gate: settlement.gate,
    why: settlement.why,
    bytes: body?.length,
    ms: Date.now() - request.receivedAt.getTime(),
  };
}

function rowOf(request: WebhookRequest, settlement: Settlement, env: Readonly<Record<string, string>>) {
  const { workflow, body, content, deliveryId, secretName } = request.known;
  const isMeasured = settlement.gate > SIZE_GATE;
  const { url, rawHeaders } = isMeasured
    ? maskCredentials(request, workflow?.auth.resolve(env) ?? null)
    : { url: request.path.slice(0, URL_KEPT), rawHeaders: null };
  return {
    id: request.id,
    receivedAt: request.receivedAt,
    workflowId: workflow?.workflowId ?? null,
    gate: settlement.gate,
    reason: settlement.code,
    httpStatus: settlement.reply?.status ?? 0,
    method: request.method,
    url,
    ip: request.origin.ip,
    rawHeaders,
    body,
    content,
    deliveryId,
    secretName,
    latencyMs: Date.now() - request.receivedAt.getTime(),
  };
}
