import type { Reply } from '#engine';
import { equalInConstantTime } from '#shared';
import { findHandshake, openMessage, type HandshakeOutcome, type HandshakeReply } from '#signatures';
import { StorageUnavailable } from '#storage';
import type { PresetCheck, ResolvedAuth } from '../auth-checks.js';
import type { GatewayServices } from '../gateway-services.js';
import { Refusal } from '../refusal.js';
import { signedMessage } from '../signed-message.js';
import type { WebhookRequest } from '../webhook-request.js';

type Services = Pick<GatewayServices, 'publicUrl' | 'keys' | 'secrets'>;
type Stage = 'unsigned' | 'signed';

const GATE: Readonly<Record<Stage, number>> = { unsigned: 11, signed: 13 };
/** Longest secret that a handshake may bring. Characters. */
const LONGEST_SECRET = 1_024;

/**
 * Gates 11 and 13: the answer to a provider's probe; null when this is an event. No execution starts.
 * @param body decoded, and decrypted where the signature did that
 * @param stage `unsigned` decides by the probe's own proof, `signed` comes after the signature
 * @throws Refusal handshake_refused, malformed_handshake, handshake_unconfirmed, storage_unavailable, or rejects with it
 */
export function answerHandshake(
  request: WebhookRequest,
  { presets }: ResolvedAuth,
  body: Buffer,
  stage: Stage,
  services: Services,
): Reply | Promise<Reply> | null {
  for (const check of presets) {
    const message = signedMessage(request, check, body, services.publicUrl());
    const outcome = findHandshake(
      check.entry,
      stage === 'unsigned' ? openMessage(check.entry, message) : message,
      stage,
    );
    if (outcome) return actOn(outcome, check, GATE[stage], services);
  }
  return null;
}

function actOn(
  outcome: HandshakeOutcome,
  check: PresetCheck,
  gate: number,
  services: Services,
): Reply | Promise<Reply> {
  switch (outcome.kind) {
    case 'reply':
      return safeReply(outcome.reply);
    case 'store-secret':
      return storeSecret(outcome, check, gate, services);
    case 'confirm':
      return confirm(outcome, gate, services);
    case 'refuse':
      throw new Refusal(outcome.why === 'forbidden' ? 'handshake_refused' : 'malformed_handshake', { gate });
  }
}

/** A probe's own words never become a page. */
function safeReply({ status, headers, body }: HandshakeReply): Reply {
  const type: Record<string, string> = body === '' ? {} : { 'content-type': 'text/plain; charset=utf-8' };
  return { status, headers: { ...type, ...headers, 'x-content-type-options': 'nosniff' }, body };
}

/** The first secret is kept; whoever comes later with another one is refused, with the same one answered again. */
async function storeSecret(
  { value, reply }: Extract<HandshakeOutcome, { kind: 'store-secret' }>,
  { entry, deliveredName }: PresetCheck,
  gate: number,
  { secrets }: Services,
): Promise<Reply> {
  const [known] = entry.secrets;
  if (known !== undefined && equalInConstantTime(known, value)) return safeReply(reply);
  if (known !== undefined || deliveredName === null) throw new Refusal('handshake_refused', { gate });
  if (value.trim() === '' || value.length > LONGEST_SECRET) throw new Refusal('malformed_handshake', { gate });
  try {
    if (await secrets.putIfAbsent(deliveredName, value)) return safeReply(reply);
  } catch (error) {
    if (error instanceof StorageUnavailable) throw new Refusal('storage_unavailable', { gate, why: error.message });
    throw error;
  }
  throw new Refusal('handshake_refused', { gate, why: 'already_delivered' });
}

/** Before the answer: a provider that hears 200 asks no second time. */
async function confirm(
  { url, rule, reply }: Extract<HandshakeOutcome, { kind: 'confirm' }>,
  gate: number,
  { keys }: Services,
): Promise<Reply> {
  switch (await keys.confirm(url, rule)) {
    case 'done':
      return safeReply(reply);
    case 'failed':
      throw new Refusal('handshake_unconfirmed', { gate });
    case 'forbidden':
      throw new Refusal('handshake_refused', { gate, why: 'url' });
  }
}
