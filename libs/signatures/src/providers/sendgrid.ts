import type { Provider } from '../contract.js';

/**
 * SendGrid event webhook with signature verification.
 * Source: https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features
 */
export const sendgrid: Provider = {
  name: 'sendgrid',
  title: 'Twilio SendGrid',
  docs:
    'Verifies `X-Twilio-Email-Event-Webhook-Signature` (ECDSA P-256 with SHA-256, DER) over time and raw body ' +
    'with the public key that SendGrid shows, base64 or PEM. The time may lie a day back, since SendGrid does not' +
    ' say whether it signs a retry anew, and five minutes ahead. The body is a list, which one ' +
    'execution gets together; the delivery id is made of the `sg_event_id` of its events. SendGrid retries for 24 hours.',
  link:
    'https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-securit' +
    'y-features',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'ecdsa-p256-sha256', encoding: 'pem', prefix: '', label: '' }],
    signature: { header: 'x-twilio-email-event-webhook-signature' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'base64',
    signedBytes: '{timestamp}{raw}',
    timestamp: { from: { header: 'x-twilio-email-event-webhook-timestamp' }, unit: 's', past: 86400, future: 300 },
    nonce: null,
    id: null,
    keyId: null,
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { each: '', item: ['sg_event_id'] },
  eventType: null,
  batch: { items: '', id: { json: 'sg_event_id' } },
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: null,
  retryHorizonMs: 86_400_000,
  sample: {
    headers: { 'content-type': 'application/json' },
    body:
      '[{"email":"ann@example.com","timestamp":1772366400,"event":"delivered","sg_event_id":"ZGVsaXZlcmVkLTA","s' +
      'g_message_id":"14c5d75ce93.dfd.64b469"}]',
  },
  vectors: [
    {
      source: 'node:crypto, accepted by @sendgrid/eventwebhook 8.0.0',
      entry: {
        secrets: [
          'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE4Wr8NGcnZy+R8VM4NGud2+OpzJC/hYXcrmC/n8ReWV9FdlrDH0Q2eIAwffkU23qMCTOXN' +
            'Yt7rHHoWJj9XYbdXA==',
        ],
      },
      body: '[{"email":"a@example.com","event":"delivered","sg_event_id":"ZGVsaXZlcmVk"}]\r\n',
      headers: {
        'x-twilio-email-event-webhook-timestamp': '1772366400',
        'x-twilio-email-event-webhook-signature':
          'MEUCIB8C0Af1gv9XjkPPsRYUkZyVR4CldQctyaGSn9FD0hPXAiEAhRQbIV6u2N+mqxOALK+V3aApF3WuYArD1GHw+CpGMy8=',
      },
      at: '2026-03-01T12:00:00.000Z',
    },
  ],
};
