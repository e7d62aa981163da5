import type { SignatureEntry, SignedMessage } from './contract.js';
import { findProvider } from './providers/index.js';
import { handlerOf } from './schemes/index.js';

/**
 * The message as an unsigned handshake is looked for in it: with its body decrypted where the provider encrypts that too.
 * What it holds is proved by nothing but the handshake's own token. Never throws.
 */
export function openMessage(entry: SignatureEntry, message: SignedMessage): SignedMessage {
  const provider = findProvider(entry.provider);
  const opened = provider && handlerOf(provider.scheme).open?.(entry, message);
  if (!opened) return message;
  return { ...message, rawBody: opened.body, headers: { ...message.headers, 'content-type': opened.contentType } };
}
