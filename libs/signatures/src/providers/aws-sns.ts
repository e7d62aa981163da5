import type { Provider } from '../contract.js';

const HOST = '^sns\\.[a-zA-Z0-9\\-]{3,}\\.amazonaws\\.com(\\.cn)?$';

/** Of the vector: a certificate like Amazon's, of which a vector with a living key cannot be had. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIICrjCCAZYCAQEwDQYJKoZIhvcNAQELBQAwHDEaMBgGA1UEAwwRc25zLmFtYXpv
bmF3cy5jb20wIBcNMjAwMTAxMDAwMDAwWhgPMjA5OTEyMzEyMzU5NTlaMBwxGjAY
BgNVBAMMEXNucy5hbWF6b25hd3MuY29tMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A
MIIBCgKCAQEAkjeBxWCRf0kPCNsvD1OJ6F6De3JCP6DlKICAH7F7z55nKLE70AKP
lrfXA4eedq7TAZexRiPgdbE8xKjlARrFW5zy2cOQXdJTvYjdO2sayDcFa8S+1dzQ
JuO7UZiicKiGYLJOwAwqgatCvXZE0iVg4h4GAmuh0YLHjHz14hAOdYOC2mbinRxE
UDS3GmoHpB+eq+88LPwHN3ps+Z5+lZ2286Ekqf9KZoMvoHpQF674beL62/zvmemb
H+htaVZHMxm2ST3ATJXi9SPRNvCTGOCpZB4zJ3we/b/yXCugKBxPctbpBG286kA4
Wj+PDn5SMeaRhd3Dz8LY7nok3PlAMnsjiwIDAQABMA0GCSqGSIb3DQEBCwUAA4IB
AQCIHvyJPUMDY2ptg+cpwZaH5zhi1A8OwtZzKLdmvpmSdgqntyB/mNybG+e3I+y3
1nwHTeOzgVEyJsPhqMxnKgTEVI20PjTLCndMzU4fKkbSR4xpVmjKlOuL6fMww/oz
cOsErs6x9j02cHjxYoqQ3JttGYYBuSZ/D7wHRHoZ9+XIEYCsXLnDzgdK6k5C/M5m
Y2kxPBFmdsBmE52txNUYGnsQBplFRjLfQhBA79Ja886/y+4Uqhy0IvNIosEeS7a8
SumTSJLOKqzWg4oeIpzNOQJZWtKHiKOwo4oSxAYp+BLqsnlnI2TrJoX0u+/ME6rx
9DDdp3Htdd0jaZQff1Tulec0
-----END CERTIFICATE-----
`;

/**
 * Amazon SNS, HTTP(S) subscriptions.
 * Source: https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
export const awsSns: Provider = {
  name: 'aws-sns',
  title: 'Amazon SNS',
  docs:
    'Verifies the RSA signature inside the JSON body (which SNS sends as text/plain) with the certificate that the ' +
    'message names, fetched from SNS hosts only, and that `TopicArn` is the one of the entry. Signature version 2 ' +
    '(SHA-256) is asked for; set `SignatureVersion` to 2 on the topic, or `signatureVersion` to 1 here. A message may be ' +
    '65 minutes old (SNS repeats within the hour, with the first timestamp) and 5 minutes ahead. `MessageAttributes` and ' +
    '`UnsubscribeURL` are not signed. Raw message delivery has no signature and is refused. A signed ' +
    '`SubscriptionConfirmation` is confirmed, an `UnsubscribeConfirmation` answered, and neither starts anything. The ' +
    'delivery id is `MessageId`. SNS waits 15 seconds.',
  link: 'https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html',
  scheme: { kind: 'sns', certificates: { host: HOST, pathSuffix: '.pem' } },
  secrets: 'none',
  options: {
    properties: {
      topicArn: { type: 'string', pattern: '\\S', description: 'ARN of the topic whose messages are accepted.' },
      signatureVersion: { enum: ['1', '2'], description: '2 is RSA with SHA-256, 1 with SHA-1; default 2.' },
      tolerance: {
        type: 'integer',
        minimum: 60,
        maximum: 86400,
        description: 'Seconds that a message may be old; default 3900.',
      },
    },
    required: ['topicArn'],
  },
  deliveryId: { json: 'MessageId' },
  eventType: { first: [{ json: 'Subject' }, { json: 'Type' }] },
  batch: null,
  handshakes: [
    {
      unsigned: false,
      match: { json: { path: 'Type', equals: 'SubscriptionConfirmation' } },
      answer: { kind: 'confirm-subscription', url: { json: 'SubscribeURL' }, rule: { host: HOST, pathSuffix: '' } },
    },
    {
      unsigned: false,
      match: { json: { path: 'Type', equals: 'UnsubscribeConfirmation' } },
      answer: {
        kind: 'fixed',
        reply: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok' },
      },
    },
  ],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 15_000,
  retryHorizonMs: 3_600_000,
  sample: {
    headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-amz-sns-message-type': 'Notification' },
    body:
      '{"Type":"Notification","MessageId":"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324","Subject":"My First Message",' +
      '"Message":"Hello world!"}',
  },
  vectors: [
    {
      source: 'The example of the documentation, signed as it describes',
      entry: { secrets: [], options: { topicArn: 'arn:aws:sns:us-west-2:123456789012:MyTopic' } },
      body:
        '{"Type":"Notification","MessageId":"22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324","TopicArn":"arn:aws:sns:us' +
        '-west-2:123456789012:MyTopic","Subject":"My First Message","Message":"Hello world!","Timestamp":"202' +
        '6-03-01T12:00:00.000Z","SignatureVersion":"2","Signature":"L6cOcFxK8hiEKBgAsSgWNmSbQXxjaApzKNMnDmoKG' +
        'xFAsZhnW1XZnF0MmJC8g2/1rYp1sEWFE0NyOrtcgnxIHQh6UkWaWAE8KALbheKZQi2aVlVLLtkjGq9b57EW9vS8YoE1XxCFqIpke' +
        'NtbBO8EOhdTxiq67/hjwvZKJ+bsjCDoi/8mR+MaUePz01txVH/6xV//GC8+izxiARaRG/2hlXp0FrskAv08T9w236jKSzUWXu8k3' +
        '72LFUVkaOuSFLebqHdMTdhyZsjkFTX8f/uOLP4t1uT81twWfsJ7o+hBhQRqsttN1LKm9E9V3YgL4uPNLFFdsFk7wQVYybi/SQrv+' +
        'w==","SigningCertURL":"https://sns.us-west-2.amazonaws.com/SimpleNotificationService-000000000000000' +
        '0000000.pem"}',
      headers: { 'content-type': 'text/plain; charset=UTF-8' },
      at: '2026-03-01T12:00:01Z',
      keys: {
        'https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0000000000000000000000.pem': CERTIFICATE,
      },
    },
  ],
};
