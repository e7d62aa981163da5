import type { Diagnosis, DiagnosisHint, FetchKey, SignatureEntry, SignedMessage } from './contract.js';
import { bodyMistakes } from './diagnosis/body-mistakes.js';
import type { Refused, UsualMistake } from './diagnosis/refused.js';
import { schemeMistakes } from './diagnosis/scheme-mistakes.js';
import { secretMistakes } from './diagnosis/secret-mistakes.js';
import { urlMistakes } from './diagnosis/url-mistakes.js';
import { visibleFaults } from './diagnosis/visible-faults.js';
import { findProvider } from './providers/index.js';
import { configuredScheme } from './schemes/configured-hmac.js';
import { handlerOf } from './schemes/index.js';
import { verifySignature } from './verify.js';

/**
 * Why a stored request was refused: verifies it again as of its receipt and tries the usual mistakes (a changed body, a
 * secret with spaces, another encoding, a clock that is off). Hints never hold a secret or a right signature.
 */
export async function diagnoseSignature(
  entry: SignatureEntry,
  message: SignedMessage,
  fetchKey: FetchKey,
): Promise<Diagnosis> {
  const verdict = await verifySignature(entry, message, fetchKey);
  const provider = findProvider(entry.provider);
  const told = { provider: entry.provider, verdict: verdict.ok ? { ok: true as const } : verdict };
  if (verdict.ok || !provider) return { ...told, hints: [] };
  const scheme = provider.scheme.kind === 'configured-hmac' ? configuredScheme(entry) : provider.scheme;
  const refused: Refused = { provider, scheme: scheme ?? provider.scheme, entry, message, reason: verdict.reason };
  return { ...told, hints: [...visibleFaults(refused), ...(await confirmed(refused, fetchKey))] };
}

/** Each mistake is undone alone; a hint is given for one that made the signature fit. */
async function confirmed(refused: Refused, fetchKey: FetchKey): Promise<DiagnosisHint[]> {
  const mistakes = [bodyMistakes, secretMistakes, schemeMistakes, urlMistakes].flatMap((find) => find(refused));
  const hints: DiagnosisHint[] = [];
  for (const mistake of mistakes) {
    if (hints.some(({ code }) => code === mistake.code)) continue;
    if (await isMade(refused, mistake, fetchKey)) hints.push({ code: mistake.code, message: mistake.message });
  }
  return hints;
}

async function isMade(refused: Refused, { undone }: UsualMistake, fetchKey: FetchKey): Promise<boolean> {
  const { scheme, entry, message } = { ...refused, ...undone };
  return (await handlerOf(scheme).verify(scheme, entry, message, fetchKey)).ok;
}
