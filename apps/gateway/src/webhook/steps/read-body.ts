import type { BodyBudget } from '../body-budget.js';
import { ClientGone } from '../client-gone.js';
import { decodeBody } from '../decode-body.js';
import { hasBody } from '../has-body.js';
import { Refusal } from '../refusal.js';
import type { WebhookRequest } from '../webhook-request.js';

const EMPTY = Buffer.alloc(0);

export interface ReadBody {
  /** The bytes as they came: what signatures are over. */
  received: Buffer;
  /** After content decoding: what is parsed. */
  content: Buffer;
}

/**
 * Gate 10: the body, capped while it streams and again while it is decoded. `Content-Length` is only a hint: too large
 * a one refuses early, a lying one changes nothing.
 * @param limit bytes, of either form
 * @param bodies what all requests together may hold until they are verified; both forms count
 * @throws Refusal body_too_large, too_many_bodies, unsupported_encoding, malformed_encoding
 * @throws ClientGone when the sender hung up before the end
 */
export async function readBody(request: WebhookRequest, limit: number, bodies: BodyBudget): Promise<ReadBody> {
  const headers = request.headers.values;
  const announced = Number(headers['content-length'] ?? 0);
  if (announced > limit) throw new Refusal('body_too_large');
  if (!bodies.fits(announced)) throw new Refusal('too_many_bodies');
  if (headers.expect?.toLowerCase() === '100-continue') request.response.writeContinue();
  const received = hasBody(headers) ? await collect(request, limit, bodies) : EMPTY;
  const content = await decodeBody(received, headers['content-encoding'], limit);
  request.known.body = received;
  if (content !== received) {
    if (!bodies.take(request.known, content.length)) throw new Refusal('too_many_bodies');
    request.known.content = { body: content, contentType: null };
  }
  return { received, content };
}

function collect({ incoming, known }: WebhookRequest, limit: number, bodies: BodyBudget): Promise<Buffer> {
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
      if (!bodies.take(known, chunk.length)) return settle(() => reject(new Refusal('too_many_bodies')));
      chunks.push(chunk);
    };
    const onEnd = () => {
      if (!incoming.complete) return onGone();
      settle(() => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size)));
    };
    const onGone = () => settle(() => reject(new ClientGone('the body was cut off')));
    incoming.on('data', onData).on('end', onEnd).on('close', onGone).on('error', onGone);
  });
}
