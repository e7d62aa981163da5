import type { IncomingMessage } from 'node:http';
import { ClientGone } from '../client-gone.js';
import { decodeBody } from '../decode-body.js';
import { hasBody } from '../has-body.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';

const EMPTY = Buffer.alloc(0);

export interface ReadBody {
  /** The bytes as they came: what signatures are over. */
  received: Buffer;
  /** After content decoding: what is parsed and stored. */
  content: Buffer;
}

/**
 * Gate 10: the body, capped while it streams and again while it is decoded. `Content-Length` is only a hint: too large
 * a one refuses early, a lying one changes nothing.
 * @param limit bytes, of either form
 * @throws Refusal body_too_large, unsupported_encoding, malformed_encoding
 * @throws ClientGone when the sender hung up before the end
 */
export async function readBody(request: WebhookRequest, limit: number): Promise<ReadBody> {
  const headers = request.headers.values;
  if (Number(headers['content-length'] ?? 0) > limit) throw new Refusal('body_too_large');
  if (headers.expect?.toLowerCase() === '100-continue') request.response.writeContinue();
  const received = hasBody(headers) ? await collect(request.incoming, limit) : EMPTY;
  const content = await decodeBody(received, headers['content-encoding'], limit);
  request.known.body = received;
  if (content !== received) request.known.content = { body: content, contentType: null };
  return { received, content };
}

function collect(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (act: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('close', onGone).off('error', onGone);
      act();
    };
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) return settle(() => reject(new Refusal('body_too_large')));
      chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
    const onGone = () => settle(() => reject(new ClientGone('the body was cut off')));
    incoming.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}
