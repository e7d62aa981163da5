import type { Provider } from '../contract.js';

/**
 * Any sender with a user name and a password.
 * Source: https://www.rfc-editor.org/rfc/rfc7617
 */
export const basic: Provider = {
  name: 'basic',
  title: 'HTTP Basic (generic)',
  docs:
    'Compares `Authorization: Basic` with the secrets, written `user:password` and split at the first colon, ' +
    'before the body is read. The credentials are sent as they are and cover neither body nor time.',
  link: 'https://www.rfc-editor.org/rfc/rfc7617',
  scheme: { kind: 'basic' },
  secrets: 'required',
  options: { properties: {}, required: [] },
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
      source: 'RFC 7617, section 2',
      entry: { secrets: ['Aladdin:open sesame'] },
      body: '{}',
      headers: { authorization: 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==' },
      at: null,
    },
  ],
};
