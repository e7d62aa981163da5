import type { Provider } from '../contract.js';

/**
 * HTTP message signatures of any sender.
 * Source: RFC 9421 (signatures), RFC 9530 (digests)
 */
export const rfc9421: Provider = {
  name: 'rfc9421',
  title: 'HTTP message signatures (RFC 9421)',
  docs:
    'Verifies `Signature` and `Signature-Input`. A signature must cover `@method`, `@target-uri` (or `@authority`, ' +
    '`@path` and `@query`) and, with a body, `content-digest`, which is computed again over the raw body (sha-256, ' +
    'sha-512; the obsolete `Digest` does not count). `created` must be there and within `tolerance` (300 seconds, both ' +
    'directions), `expires` is kept to. The algorithm is the one of the entry; `keyid` and `alg` of the message must not ' +
    'contradict it. Components with parameters are refused. Headers that are not covered can be changed on the way, ' +
    '`content-type` among them. A `nonce` is kept as the id that the signature proves.',
  link: 'https://www.rfc-editor.org/rfc/rfc9421',
  scheme: { kind: 'message-signature' },
  secrets: 'optional',
  options: {
    properties: {
      algorithm: {
        enum: [
          ...['ed25519', 'ecdsa-p256-sha256', 'ecdsa-p384-sha384'],
          ...['rsa-pss-sha512', 'rsa-v1_5-sha256', 'hmac-sha256'],
        ],
        description: 'The one algorithm that is accepted; hmac-sha256 uses secrets, all others publicKey.',
      },
      publicKey: {
        type: 'string',
        pattern: '\\S',
        maxLength: 16384,
        description: 'Public key as PEM, bare base64 of SPKI, or JWK.',
      },
      keyid: { type: 'string', pattern: '\\S', description: 'What the signature must name as its key.' },
      label: {
        type: 'string',
        pattern: '^[a-z*][a-z0-9_.*-]*$',
        description: 'Label of the signature that counts; else the only one that fits keyid and algorithm.',
      },
      tolerance: { type: 'integer', minimum: 1, maximum: 86400, description: 'Seconds, both directions; default 300.' },
    },
    required: ['algorithm'],
    anyOf: ['publicKey', 'secrets'],
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
      source: 'The request and the ed25519 key of RFC 9421, appendix B, signed by http-message-sig 0.3.0',
      entry: {
        secrets: [],
        options: {
          algorithm: 'ed25519',
          keyid: 'test-key-ed25519',
          publicKey: 'MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=',
        },
      },
      method: 'POST',
      url: 'https://example.com/foo?param=Value&Pet=dog',
      body: '{"hello": "world"}',
      headers: {
        'content-type': 'application/json',
        'content-digest':
          'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:',
        'signature-input':
          'sig1=("@method" "@target-uri" "content-type" "content-digest");created=1618884473' +
          ';keyid="test-key-ed25519";nonce="b3k2pp5k7z-50gnwp.yemd"',
        signature: 'sig1=:YvSHqnmVIbD0vi/wduOYrzvqLCc25NeiChAIAbRgRkTnd9FuNCg+rkQGX9p086Qjzc1rU8+tYjgKH2jU8eusBg==:',
      },
      at: '2021-04-20T02:07:55Z',
    },
  ],
};
