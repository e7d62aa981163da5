/** One expected refusal. `gate` is the row of the order of the gates; 0 stands outside of it. */
export interface RefusalEntry {
  gate: number;
  /** The step that throws it. */
  stage: string;
  status: number;
  title: string;
  /** For the sender: says what to do, never which secret failed, nor unknown from disabled from deleted. */
  detail: string;
  /** Lower-case names. */
  headers?: Readonly<Record<string, string>>;
}

function refusal(
  gate: number,
  stage: string,
  status: number,
  title: string,
  detail: string,
  headers?: Readonly<Record<string, string>>,
): RefusalEntry {
  return { gate, stage, status, title, detail, ...(headers ? { headers } : {}) };
}

/** The catalogue of everything the gateway refuses, by code. `docs/architecture.md` lists it; a test compares. */
export const refusals = {
  draining: refusal(1, 'admit', 503, 'Service Unavailable', 'This instance is shutting down. Send the request again.', {
    'retry-after': '1',
  }),
  backlog: refusal(1, 'admit', 503, 'Service Unavailable', 'Too many executions are waiting. Send the request later.', {
    'retry-after': '10',
  }),
  headers_too_large: refusal(2, 'admit', 431, 'Request Header Fields Too Large', 'Send fewer or shorter headers.'),
  url_too_long: refusal(2, 'admit', 414, 'URI Too Long', 'Send a shorter URL; data belongs in the body.'),
  loop_detected: refusal(2, 'admit', 508, 'Loop Detected', 'Workflows call each other in a circle; break it.'),
  rate_limited: refusal(3, 'limit-sender', 429, 'Too Many Requests', 'Send fewer requests; Retry-After says when.'),
  unknown_webhook: refusal(4, 'resolve-workflow', 404, 'Not Found', 'There is no active webhook at this URL.'),
  method_not_allowed: refusal(5, 'resolve-workflow', 405, 'Method Not Allowed', 'Use a method that Allow lists.'),
  https_required: refusal(6, 'check-origin', 403, 'Forbidden', 'This webhook takes requests over HTTPS only.'),
  address_not_allowed: refusal(7, 'check-origin', 403, 'Forbidden', 'Requests from this address are not accepted.'),
  too_many_failures: refusal(
    8,
    'limit-workflow',
    429,
    'Too Many Requests',
    'Too many requests from this address failed to authenticate. Correct the secret; Retry-After says when to try.',
  ),
  workflow_rate_limited: refusal(
    8,
    'limit-workflow',
    429,
    'Too Many Requests',
    'This webhook has reached its limit. Send the request again; Retry-After says when.',
  ),
  unauthorized: refusal(9, 'authenticate', 401, 'Unauthorized', 'The credentials are missing or wrong.'),
  body_too_large: refusal(10, 'read-body', 413, 'Content Too Large', 'The body is larger than this webhook accepts.'),
  too_many_bodies: refusal(
    10,
    'read-body',
    503,
    'Service Unavailable',
    'Too many bodies are being read. Send it again soon.',
    { 'retry-after': '1' },
  ),
  unsupported_encoding: refusal(
    10,
    'read-body',
    415,
    'Unsupported Media Type',
    'Send the body plain or with one Content-Encoding of gzip, deflate or br.',
    { 'accept-encoding': 'gzip, deflate, br' },
  ),
  malformed_encoding: refusal(10, 'read-body', 400, 'Bad Request', 'The body is not what its Content-Encoding says.'),
  handshake_refused: refusal(
    11,
    'answer-handshake',
    403,
    'Forbidden',
    'The proof of this handshake is missing or wrong.',
  ),
  malformed_handshake: refusal(11, 'answer-handshake', 400, 'Bad Request', 'This handshake cannot be answered.'),
  handshake_unconfirmed: refusal(
    13,
    'answer-handshake',
    503,
    'Service Unavailable',
    'The confirmation could not be sent. Send the handshake again.',
    { 'retry-after': '5' },
  ),
  invalid_signature: refusal(12, 'verify-signature', 401, 'Unauthorized', 'The signature is missing or wrong.'),
  malformed_body: refusal(14, 'parse-body', 400, 'Bad Request', 'The body is not what its Content-Type says.'),
  body_too_complex: refusal(14, 'parse-body', 400, 'Bad Request', 'The body nests too deep or holds too many names.'),
  unsupported_media_type: refusal(
    14,
    'parse-body',
    415,
    'Unsupported Media Type',
    'This Content-Type is not accepted.',
  ),
  too_many_parts: refusal(14, 'parse-body', 413, 'Content Too Large', 'The form has more parts than are accepted.'),
  part_too_large: refusal(14, 'parse-body', 413, 'Content Too Large', 'A field or file of the form is too large.'),
  xml_too_large: refusal(14, 'parse-body', 413, 'Content Too Large', 'XML bodies of this size are not accepted.'),
  invalid_body: refusal(15, 'screen', 400, 'Bad Request', 'The body does not match the schema of this webhook.'),
  filter_failed: refusal(
    15,
    'screen',
    400,
    'Bad Request',
    'The filter of this webhook cannot be applied to this body.',
  ),
  unstorable: refusal(16, 'accept-request', 400, 'Bad Request', 'This request cannot be recorded.'),
  storage_unavailable: refusal(
    16,
    'accept-request',
    503,
    'Service Unavailable',
    'The request could not be recorded now. Send it again; it will run once.',
    { 'retry-after': '2' },
  ),
  sync_timeout: refusal(
    18,
    'await-reply',
    408,
    'Request Timeout',
    'The workflow has not answered in time. It goes on; the same delivery sent again joins it.',
    // RFC 9110 15.5.9 wants the connection closed; senders with keep-alive would otherwise repeat the request unasked.
    { connection: 'close' },
  ),
  no_reply: refusal(18, 'await-reply', 500, 'Internal Server Error', 'The workflow ended without an answer.'),
  reply_forbidden: refusal(0, 'replies', 403, 'Forbidden', 'The token of this reply URL is wrong or has expired.'),
  unknown_reply: refusal(0, 'replies', 404, 'Not Found', 'There is no reply at this URL.'),
  not_found: refusal(0, 'http', 404, 'Not Found', 'There is nothing at this URL. Webhooks are under /api/webhooks/.'),
  malformed_request: refusal(0, 'http', 400, 'Bad Request', 'This is not a valid HTTP request.', {
    connection: 'close',
  }),
  request_timeout: refusal(0, 'http', 408, 'Request Timeout', 'The request did not arrive in time.', {
    connection: 'close',
  }),
  internal_error: refusal(
    0,
    'any',
    500,
    'Internal Server Error',
    'Something failed here. The operator finds it by requestId.',
  ),
} as const satisfies Record<string, RefusalEntry>;

export type RefusalCode = keyof typeof refusals;
