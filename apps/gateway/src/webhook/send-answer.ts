import { validateHeaderName, validateHeaderValue, type ServerResponse } from 'node:http';
import type { Reply } from '#engine';
import { hasBody } from './has-body.js';
import type { WebhookRequest } from './webhook-request.js';

/** Framing is ours: a stored reply must not be able to desynchronise a connection. Cookies are nobody's here. */
const OURS = new Set(
  'content-length transfer-encoding keep-alive te trailer upgrade proxy-connection proxy-authenticate set-cookie set-cookie2 x-request-id x-execution-id idempotent-replayed'.split(
    ' ',
  ),
);
const WITHOUT_BODY = new Set([204, 205, 304]);
/** Types in which a browser runs what a payload may have brought along. */
const ACTIVE = /html|xml|svg|multipart/i;
/** An unread body is thrown away for this long and this far, so that the sender sees the answer and no reset. */
const LINGER_MS = 1_000;
const LINGER_BYTES = 16 * 1024 ** 2;

/**
 * Writes the answer. A sender whose body was not read to its end gets `Connection: close`: what is still coming cannot
 * be told from a next request otherwise.
 */
export function sendAnswer(request: WebhookRequest, reply: Reply, extra: Readonly<Record<string, string>>): void {
  const { incoming, response } = request;
  if (response.destroyed || response.headersSent) return;
  // As text: Node then writes head and body together, where bytes would take a second chunk.
  const body = WITHOUT_BODY.has(reply.status) ? null : reply.body;
  response.statusCode = reply.status;
  setHeaders(response, safetyOf(reply));
  for (const name in extra) response.setHeader(name, extra[name]!);
  response.setHeader('x-request-id', request.id);
  if (body !== null) response.setHeader('content-length', Buffer.byteLength(body));
  if (hasBody(request.headers.values) && !incoming.readableEnded) endUnread(request, body);
  else if (body === null) response.end();
  else response.end(body);
}

function endUnread(request: WebhookRequest, body: string | null): void {
  const { response } = request;
  response.setHeader('connection', 'close');
  if (body) response.write(body);
  else response.flushHeaders();
  // A sender that waits for "100 Continue" sends nothing more once it has the answer.
  if (request.headers.values.expect !== undefined) response.end();
  else linger(request);
}

function safetyOf({ headers }: Reply): Record<string, string> {
  const type = headers['content-type'] ?? '';
  if (!ACTIVE.test(type)) return { ...headers, 'x-content-type-options': 'nosniff' };
  const policy = headers['content-security-policy'];
  // Of several policies each one holds, so a second one cannot be weakened by what the first one allows.
  const sandboxed = policy === undefined || policy === 'sandbox' ? 'sandbox' : `${policy}, sandbox`;
  return { ...headers, 'x-content-type-options': 'nosniff', 'content-security-policy': sandboxed };
}

function setHeaders(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(headers)) {
    if (isAllowed(name.toLowerCase(), value)) response.setHeader(name, value);
  }
}

/** Of `connection` only our own word. */
function isAllowed(name: string, value: string): boolean {
  if (OURS.has(name) || (name === 'connection' && value !== 'close')) return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function linger({ incoming, response }: WebhookRequest): void {
  let left = LINGER_BYTES;
  const end = () => {
    clearTimeout(timer);
    incoming.off('data', discard).off('end', end).off('close', end);
    response.end();
  };
  const discard = (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) end();
  };
  const timer = setTimeout(end, LINGER_MS);
  incoming.on('data', discard).on('end', end).on('close', end).on('error', end);
  incoming.resume();
}
