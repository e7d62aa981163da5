import type { HandshakeOutcome, SignatureEntry, SignedMessage } from './contract.js';
import { findProvider } from './providers/index.js';

/**
 * What a preset answers to a probe; null when this message is none. `signed` is asked only after the signature was
 * verified; `unsigned` decides by its own proof.
 * @param message with the body decrypted where the provider encrypts it
 */
export function findHandshake(
  entry: SignatureEntry,
  message: SignedMessage,
  stage: 'unsigned' | 'signed',
): HandshakeOutcome | null {
  for (const handshake of findProvider(entry.provider)?.handshakes ?? []) {
    if (handshake.unsigned !== (stage === 'unsigned')) continue;
    const { header } = handshake.match;
    if (!header || message.headers[header.name] !== header.equals) continue;
    if (handshake.answer.kind === 'fixed') return { kind: 'reply', reply: handshake.answer.reply };
  }
  return null;
}

/** Methods that a preset's handshakes use, which are let through gate 5 though the document does not list them. */
export function handshakeMethods(providerName: string): readonly string[] {
  const methods = findProvider(providerName)?.handshakes.flatMap(({ match }) => match.method ?? []) ?? [];
  return [...new Set(methods)];
}
