import type { Provider } from '../contract.js';

/**
 * CloudEvents over HTTP in binary, structured and batched mode, with the abuse protection of its web hook specification.
 * Source: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md
 */
export const cloudevents: Provider = {
  name: 'cloudevents',
  title: 'CloudEvents',
  docs:
    'With `secrets`, compares the token of `Authorization: Bearer` or of the query `access_token` before the body' +
    ' is read; without, anybody may send. A probe (OPTIONS with `WebHook-Request-Origin`) is granted to the ' +
    '`allowedOrigins` and starts nothing. Neither body nor time is signed. The delivery id is `source` and `id`, ' +
    'the event `type`, of the `ce-` headers or of the JSON; one execution gets the events of a ' +
    'batch together.',
  link: 'https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/http-webhook.md',
  scheme: {
    kind: 'token',
    from: { first: [{ header: 'authorization' }, { query: 'access_token' }] },
    isOptional: true,
    word: 'Bearer',
  },
  secrets: 'optional',
  options: {
    properties: {
      allowedOrigins: {
        type: 'array',
        minItems: 1,
        maxItems: 100,
        items: { type: 'string', pattern: '\\S' },
        description: 'DNS names that may send after their probe, or "*" for all; without it probes are refused.',
      },
    },
    required: [],
  },
  deliveryId: {
    first: [
      { all: [{ header: 'ce-source' }, { header: 'ce-id' }] },
      { all: [{ json: 'source' }, { json: 'id' }] },
      { each: '', item: ['source', 'id'] },
    ],
  },
  eventType: { first: [{ header: 'ce-type' }, { json: 'type' }] },
  batch: { items: '', id: { all: [{ json: 'source' }, { json: 'id' }] } },
  handshakes: [
    {
      unsigned: true,
      match: { method: 'OPTIONS', header: { name: 'webhook-request-origin' } },
      answer: { kind: 'grant-origin' },
    },
  ],
  formPayload: null,
  acknowledgement: null,
  patienceMs: null,
  retryHorizonMs: null,
  sample: {
    headers: { 'content-type': 'application/cloudevents+json; charset=utf-8' },
    body:
      '{"specversion":"1.0","id":"A234-1234-1234","source":"https://example.com/orders","type":"com.example.orde' +
      'r.created","data":{"orderId":7}}',
  },
  vectors: [
    {
      source: 'CloudEvents web hook specification 1.0.2, section 3.1',
      entry: { secrets: ['cloud token'] },
      body: '{}',
      headers: { authorization: 'Bearer cloud token' },
      at: null,
    },
    {
      source: 'CloudEvents web hook specification 1.0.2, section 3.2',
      entry: { secrets: ['cloud-token'] },
      url: 'https://hooks.example.com/api/webhooks/cloudevents?access_token=cloud-token',
      body: '{}',
      headers: {},
      at: null,
    },
  ],
};
