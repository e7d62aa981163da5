import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { newId } from '#shared';
import { Refusal } from '../webhook/refusal.js';
import type { RefusalCode } from '../webhook/refusals.js';

const CODES: Readonly<Record<string, RefusalCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 'body_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
};

/**
 * Answers what node's HTTP parser refused, on the bare socket: there is no response object for it. Only when nothing
 * was written to the connection yet, else the bytes would land inside another answer.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket & { _httpMessage?: unknown }): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage) {
    socket.destroy(error);
    return;
  }
  const requestId = newId();
  const { status, headers, body } = new Refusal(CODES[error.code ?? ''] ?? 'malformed_request').toReply(requestId);
  const all = { ...headers, 'x-request-id': requestId, 'content-length': Buffer.byteLength(body), connection: 'close' };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
}
