import type { Provider } from '../contract.js';

/** Any sender that signs with an HMAC: the document describes the scheme. */
export const hmac: Provider = {
  name: 'hmac',
  title: 'HMAC (generic)',
  docs:
    'Verifies an HMAC described by `header` (default `x-signature`), `algorithm` (`sha1`, `sha256`, `sha512`; default ' +
    '`sha256`), `encoding` (`hex`, `base64`, `base64url`; default `hex`), `prefix` (default none), `signedBytes` ' +
    '(template over `{raw}` and `{timestamp}`; default `{raw}`), `timestampHeader` and `tolerance` (seconds in both ' +
    'directions; default 300). A timestamp has to be part of the signed bytes, in Unix seconds.',
  link: 'https://www.rfc-editor.org/rfc/rfc2104',
  scheme: { kind: 'configured-hmac' },
  secrets: 'required',
  options: {
    properties: {
      header: {
        type: 'string',
        pattern: '\\S',
        description: 'Header that carries the signature; default x-signature.',
      },
      algorithm: { enum: ['sha1', 'sha256', 'sha512'], description: 'Hash of the HMAC; default sha256.' },
      encoding: { enum: ['hex', 'base64', 'base64url'], description: 'How the signature is written; default hex.' },
      prefix: { type: 'string', maxLength: 64, description: 'What stands before it, such as sha256=.' },
      signedBytes: {
        type: 'string',
        minLength: 1,
        maxLength: 256,
        description: 'Template over {raw} and {timestamp}; the raw body when absent.',
      },
      timestampHeader: { type: 'string', pattern: '\\S', description: 'Header that carries the time that is signed.' },
      tolerance: { type: 'integer', minimum: 1, maximum: 86400, description: 'Seconds, both directions; default 300.' },
    },
    required: [],
  },
  deliveryId: null,
  eventType: null,
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: null,
  retryHorizonMs: null,
  sample: { headers: { 'content-type': 'application/json' }, body: '{"event":"sample"}' },
  vectors: [
    {
      source: 'Dropbox, Linear and others: bare hex HMAC-SHA256 of the body (RFC 4231, test case 2)',
      entry: { secrets: ['Jefe'] },
      body: 'what do ya want for nothing?',
      headers: { 'x-signature': '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843' },
      at: null,
    },
  ],
};
