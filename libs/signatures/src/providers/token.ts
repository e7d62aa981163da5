import type { Provider } from '../contract.js';

/**
 * Any sender with a fixed token in a header or a query parameter.
 * Source: https://www.rfc-editor.org/rfc/rfc6750#section-5
 */
export const token: Provider = {
  name: 'token',
  title: 'Token (generic)',
  docs:
    'Compares the token in `header` or in the parameter `query` with the secrets, before the body is read. The ' +
    'token is sent as it is: it covers neither body nor time, and in a query it ends in the logs of proxies. A ' +
    'header or parameter that is there twice counts as none.',
  link: 'https://www.rfc-editor.org/rfc/rfc6750#section-5',
  scheme: { kind: 'token', from: null, isOptional: false },
  secrets: 'required',
  options: {
    properties: {
      header: { type: 'string', pattern: '\\S', description: 'Header that carries the token.' },
      query: { type: 'string', pattern: '\\S', description: 'Query parameter that carries the token.' },
    },
    required: [],
    oneOf: ['header', 'query'],
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
      source: 'a token is sent as it is',
      entry: { secrets: ['t0ken'], options: { header: 'X-Token' } },
      body: '{}',
      headers: { 'x-token': 't0ken' },
      at: null,
    },
  ],
};
