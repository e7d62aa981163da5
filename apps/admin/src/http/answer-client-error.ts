import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { newId, PROBLEM_CONTENT_TYPE, problemBody } from '#shared';
import { problems, type ProblemCode } from './problems.js';

const REFUSALS: Readonly<Record<string, [ProblemCode, string]>> = {
  HPE_HEADER_OVERFLOW: [
    'headers_too_large',
    'The URL and the headers have at most 16 KB together: shorten the filter.',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time: send it again.'],
};
const MALFORMED: [ProblemCode, string] = ['invalid_request', 'This is no HTTP/1.1 request.'];

type ServingSocket = Socket & { _httpMessage?: ServerResponse | null };

/** Answers what node's HTTP parser refused, on the bare socket, and closes it; never into an answer on its way. */
export function answerClientError(error: NodeJS.ErrnoException, socket: ServingSocket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage) {
    socket.destroy(error);
    return;
  }
  const [code, detail] = REFUSALS[error.code ?? ''] ?? MALFORMED;
  const { status, title } = problems[code];
  const body = JSON.stringify(problemBody({ title, status, code, detail, requestId: newId() }));
  const lines = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    `content-type: ${PROBLEM_CONTENT_TYPE}`,
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
