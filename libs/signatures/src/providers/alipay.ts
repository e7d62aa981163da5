import type { Provider } from '../contract.js';

/**
 * Alipay asynchronous notifications, RSA2.
 * Source: https://opendocs.alipay.com/open/270/105902
 */
export const alipay: Provider = {
  name: 'alipay',
  title: 'Alipay',
  docs:
    'Verifies the form field `sign` (RSA-PKCS1 with SHA-256, `RSA2`) over all other fields but `sign_type`, ' +
    "decoded and sorted by name, with the public key of Alipay (base64 or PEM), in the bytes of the form's own " +
    'charset. `RSA` with SHA-1 is refused, and so is any other `sign_type`. No time is signed; the workflow still has ' +
    'to check app, seller and amount. The delivery id is `notify_id`, the event `notify_type`. The answer is ' +
    'exactly `success`; without it Alipay sends again, eight times within 25 hours.',
  link: 'https://opendocs.alipay.com/open/270/105902',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'rsa-pkcs1-sha256', encoding: 'pem', prefix: '', label: '' }],
    signature: { form: 'sign' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'base64',
    signedBytes: '{params:sorted}',
    timestamp: null,
    nonce: null,
    id: null,
    keyId: null,
    unsignedParams: ['sign', 'sign_type'],
    algorithmName: { from: { form: 'sign_type' }, is: 'RSA2' },
  },
  secrets: 'required',
  options: { properties: {}, required: [] },
  deliveryId: { form: 'notify_id' },
  eventType: { form: 'notify_type' },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'success' },
  patienceMs: null,
  retryHorizonMs: 90_000_000,
  sample: {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body:
      'charset=utf-8&notify_type=trade_status_sync&notify_id=ac05099524730693a8b330c5ecf72da9786&sign_type=RSA2&' +
      'trade_status=TRADE_SUCCESS&out_trade_no=70501111111S001111119&total_amount=9.00',
  },
  vectors: [
    {
      source: 'node:crypto, accepted by alipay-sdk 4.14.0, checkNotifySignV2',
      entry: {
        secrets: [
          'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyb4HRRn/AMAQ7JgIKhsHFEoJgz6YfvMK8M6EdiG+c0flTg0ry2QGQJhwVQ4lc' +
            'N9b/xRDhArXZbV52foMxAyzyVbbIjvwxz2jYcqqdsPVJZ/Docs4ZVA0paQ0iMo0XUSncnOkOXpSPAKPlszXQb4JHwaqWdenpljPD+YzGD' +
            'I6hyIPj1pK937wV1QpS8yDBxZWL/W1oFM3Kppc8x/vDSJaHW8unWT7OgQrntJdQz7spoL+Dl3ZUDVWNIC3PTckhw5LqwCqqyJl7+dVvde' +
            '90M+TFzV/e7EMWl1Q7r4V2KxGQ7gECCETOi4tRdaDGR5xzlwGZR3eVVwp9vma+a0afPkVvQIDAQAB',
        ],
      },
      body:
        'charset=utf-8&notify_id=ac05099524730693a8b330c5ecf72da9786&notify_type=trade_status_sync&out_trade_no=70' +
        '501111111S001111119&subject=%E8%8C%B6+%26+%E6%B0%B4&trade_status=TRADE_SUCCESS&sign_type=RSA2&sign=MJ1IP1' +
        'sKeuxAsIGT3e%2FfRT18jlApNz%2FF5TJ0BWY3%2F3fLgosELm1ShQTIR3blyxasMXWhtJOsj%2BRjRh3CHee%2Bs%2B9ctAKzAQBhuz0' +
        'ZLRSXisLG4a%2FRtYUDfXD5QUP%2F5Sp1NVUx7fn5WG0kefSS1qXxB45RRtLcyRn6qATgkZ6IkuSqICifBAxlPWm2Fmn0zurE4RaNrvOr' +
        'bLexs20JLR5eXswullBedafJy0QccWKfF1gRtaytZ0u2VZKI6sPRWXiJFS20Ardhu%2Bmr6sp7IPsUdwiaIgVA1b%2BGTk3blFPR4yhaF' +
        'alNSoN7%2BGtLDcPnSJdt52UCGMWbQ2Z6yO8QghxTwA%3D%3D',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      at: null,
    },
  ],
};
