import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '#shared';
import { Refusal } from '../webhook/refusal.js';
import type { RefusalCode } from '../webhook/refusals.js';

const CODES: Readonly<Record<string, RefusalCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/** Told of what never became a request of the webhook path: it is counted, for there is nothing to log. */
export type OnRefused = (refusal: Refusal) => void;

type ServingSocket = Socket & { _httpMessage?: ServerResponse | null };

/**
 * Answers what node's HTTP parser refused, on the bare socket, and closes it. When the request before it was complete
 * and is still being worked on, that one is answered instead; when an answer is already on its way, nothing may be
 * written into it.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: ServingSocket, onRefused: OnRefused): void {
  const current = socket._httpMessage;
  if (current && !current.headersSent && current.req.complete) {
    current.setHeader('connection', 'close');
    return;
  }
  if (error.code === 'ECONNRESET' || !socket.writable || current?.headersSent) {
    socket.destroy(error);
    return;
  }
  const requestId = newId();
  const refusal = new Refusal(CODES[error.code ?? ''] ?? 'malformed_request');
  onRefused(refusal);
  const { status, headers, body } = refusal.toReply(requestId);
  const all = { ...headers, 'x-request-id': requestId, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
