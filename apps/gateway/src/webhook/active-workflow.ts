import {
  asyncReplyIsTemplated,
  renderAsyncReply,
  type Reply,
  type TriggerContext,
  type WebhookWorkflow,
} from '#engine';
import { isJsonObject } from '#shared';
import { compileIpList, findProvider, type HandshakeMatch, type IpList } from '#signatures';
import type { ActiveVersion } from '#storage';
import type { RateLimit } from '../limits/credit-bucket.js';
import { AuthChecks } from './auth-checks.js';
import { credentialNames, type CredentialNames } from './credential-names.js';

/** A workflow's version with everything a request asks of it worked out once. */
export interface ActiveWorkflow {
  readonly workflowId: number;
  readonly key: string;
  readonly versionId: number;
  readonly version: number;
  readonly compiled: WebhookWorkflow;
  /** Every list must hold the client's address; one that cannot be read holds nobody. */
  readonly addressLists: readonly IpList[];
  readonly auth: AuthChecks;
  /** What gate 5 lets through besides the methods of the document. */
  readonly handshakes: readonly HandshakeMatch[];
  /** Names of what is masked in storage, whatever it holds. */
  readonly credentialNames: CredentialNames;
  /** Null: none. */
  readonly rateLimit: RateLimit | null;
  /** Milliseconds a delivery id is remembered. */
  readonly dedupWindowMs: number;
  /** The async answer when it is the same for every request, else null. */
  readonly fixedReply: Reply | null;
}

const NOBODY: IpList = { has: () => false };
/** A provider's retry horizon with some slack, so that its last retry still meets the first delivery's record. */
const HORIZON_SLACK = 1.25;

/** Prepares a version for the gateway. */
export function activeWorkflow(active: ActiveVersion, compiled: WebhookWorkflow): ActiveWorkflow {
  const { auth } = compiled.trigger.config;
  const presets = auth.flatMap((entry) => (entry.type === 'signature' ? (findProvider(entry.provider) ?? []) : []));
  return {
    workflowId: active.workflowId,
    key: active.workflowKey,
    versionId: active.versionId,
    version: active.version,
    compiled,
    addressLists: auth.filter((entry) => entry.type === 'ip').map((entry) => addressList(entry.allow)),
    auth: new AuthChecks(auth, compiled.envNames),
    handshakes: presets.flatMap(({ handshakes }) => handshakes.map(({ match }) => match)),
    credentialNames: credentialNames(auth),
    rateLimit: rateLimitOf(compiled),
    dedupWindowMs: dedupWindow(active, compiled),
    fixedReply: fixedReply(active, compiled),
  };
}

function addressList(allow: readonly string[]): IpList {
  try {
    return compileIpList(allow);
  } catch {
    return NOBODY;
  }
}

function rateLimitOf({ trigger }: WebhookWorkflow): RateLimit | null {
  const { rateLimit } = trigger.config;
  return rateLimit ? { rate: (rateLimit.requests * 1_000) / rateLimit.perMs, burst: rateLimit.burst } : null;
}

/** What the document states, else what the provider's retries need, and never less than the default. */
function dedupWindow(active: ActiveVersion, compiled: WebhookWorkflow): number {
  const { dedup, auth } = compiled.trigger.config;
  const fallback = dedup?.windowMs ?? 24 * 3_600_000;
  const written = isJsonObject(active.document.trigger) ? active.document.trigger.dedup : undefined;
  if (isJsonObject(written) && written.window !== undefined) return fallback;
  const horizons = auth.map((entry) => (entry.type === 'signature' ? findProvider(entry.provider)?.retryHorizonMs : 0));
  return Math.max(fallback, ...horizons.map((horizon) => (horizon ?? 0) * HORIZON_SLACK));
}

function fixedReply(active: ActiveVersion, compiled: WebhookWorkflow): Reply | null {
  if (asyncReplyIsTemplated(compiled)) return null;
  const context = {} as TriggerContext;
  return renderAsyncReply(compiled, { context, env: {}, executionId: '', version: active.version, now: new Date(0) });
}
