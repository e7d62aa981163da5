import type { Provider } from '../contract.js';

/**
 * Twilio voice, messaging and status callbacks.
 * Source: https://www.twilio.com/docs/usage/security#validating-requests
 */
export const twilio: Provider = {
  name: 'twilio',
  title: 'Twilio',
  docs:
    'Verifies `X-Twilio-Signature` (HMAC-SHA1 with the auth token) over the URL and every form field by name, or,' +
    ' where the URL carries `bodySHA256`, over the URL alone, and the body has to have that hash. The URL is ' +
    'tried with and without the default port. Fields are joined without separators, so `a=bc` and `ab=c` have one' +
    ' signature: do not branch on the names of unknown fields. No time is signed. The delivery id is ' +
    '`I-Twilio-Idempotency-Token`. Twilio waits 15 seconds and wants TwiML of calls and messages.',
  link: 'https://www.twilio.com/docs/usage/security#validating-requests',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'hmac-sha1', encoding: 'utf8', prefix: '', label: '' }],
    signature: { header: 'x-twilio-signature' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'base64',
    signedBytes: '{url}{form:sorted}',
    timestamp: null,
    nonce: null,
    id: null,
    keyId: null,
    url: 'either-port',
    bodyHash: { from: { query: 'bodySHA256' }, algorithm: 'sha256' },
  },
  secrets: 'required',
  options: {
    properties: {
      url: {
        type: 'string',
        pattern: '^https?://|\\{\\{',
        maxLength: 2048,
        description: 'The URL as it is registered with the provider; default is the public URL of the workflow.',
      },
    },
    required: [],
  },
  deliveryId: { header: 'i-twilio-idempotency-token' },
  eventType: null,
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 15_000,
  retryHorizonMs: null,
  sample: {
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'i-twilio-idempotency-token': 'b7a0c9f0-5f3b-4ad5-9c3f-6d1b1a2f0e11',
    },
    body: 'CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212',
  },
  vectors: [
    {
      source: 'twilio.com, "Validating requests", and twilio 6.2.0',
      entry: { secrets: ['12345'] },
      url: 'https://example.com/myapp.php?foo=1&bar=2',
      body: 'CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310&To=%2B18005551212',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': 'L/OH5YylLD5NRKLltdqwSvS0BnU=',
      },
      at: null,
    },
    {
      source: 'twilio 6.2.0, getExpectedBodyHash and getExpectedTwilioSignature',
      entry: { secrets: ['12345'] },
      url: 'https://example.com/sms?bodySHA256=ea95f26e7b40ebe13996c80bdd1e92d3b85ecbc9e512a7268ce31b25488eb2df',
      body: '{"event":"sent"}',
      headers: { 'content-type': 'application/json', 'x-twilio-signature': 'Uk3uS9Gy9FNyx2ApzqF6tnlmQ/E=' },
      at: null,
    },
  ],
};
