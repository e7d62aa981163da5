import type { HandshakeReply, SignatureHeaders } from './contract.js';
import { findProvider } from './providers/index.js';

/**
 * The answer to a provider's signed probe (GitHub's `ping`); null when this message is none. To be asked only after the
 * signature was verified.
 */
export function findHandshake(provider: string, headers: SignatureHeaders): HandshakeReply | null {
  const handshake = findProvider(provider)?.handshake;
  return handshake && headers[handshake.header] === handshake.equals ? handshake.reply : null;
}
