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
  scheme: 'configured',
  deliveryIdHeader: null,
  eventHeader: null,
  handshake: null,
  patienceMs: null,
  retryHorizonMs: null,
  vectors: [
    {
      source: 'Dropbox, Linear and others: bare hex HMAC-SHA256 of the body (RFC 4231, test case 2)',
      secret: 'Jefe',
      body: 'what do ya want for nothing?',
      headers: { 'x-signature': '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843' },
      at: null,
    },
  ],
};
