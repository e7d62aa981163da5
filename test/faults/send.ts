import { request } from 'node:http';

/** What became of one HTTP request. */
export type SendResult =
  | { kind: 'answer'; status: number; text: string; executionId: string | null; replayed: boolean }
  /** No connection, or one that broke: nobody knows whether it was accepted. */
  | { kind: 'connection-lost'; code: string }
  /** No answer within the time. */
  | { kind: 'unanswered' };

/** One POST on a connection of its own, never tried again; never rejects. */
export function send(url: string, deliveryId: string, body: string, timeoutMs: number): Promise<SendResult> {
  return new Promise((resolve) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      'idempotency-key': deliveryId,
    };
    const late = setTimeout(() => {
      resolve({ kind: 'unanswered' });
      outgoing.destroy();
    }, timeoutMs);
    const lost = (error: NodeJS.ErrnoException) =>
      resolve({ kind: 'connection-lost', code: error.code ?? error.message });
    // A connection that is kept might be closed by the gateway just when it is used again.
    const outgoing = request(url, { method: 'POST', headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('error', lost);
      response.on('end', () => {
        const { 'x-execution-id': executionId, 'idempotent-replayed': replayed } = response.headers;
        resolve({
          kind: 'answer',
          status: response.statusCode!,
          text,
          executionId: executionId === undefined ? null : String(executionId),
          replayed: replayed === 'true',
        });
      });
    });
    outgoing.on('error', lost);
    outgoing.on('close', () => clearTimeout(late));
    outgoing.end(body);
  });
}
