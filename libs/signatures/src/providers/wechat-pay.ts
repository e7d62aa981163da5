import type { Provider } from '../contract.js';

/**
 * WeChat Pay notifications, API v3.
 * Source: https://pay.weixin.qq.com/doc/v3/merchant/4012071382
 */
export const wechatPay: Provider = {
  name: 'wechat-pay',
  title: 'WeChat Pay v3',
  docs:
    'Verifies `Wechatpay-Signature` (RSA-PKCS1 with SHA-256) over time, nonce and raw body with the key that ' +
    '`Wechatpay-Serial` names; secrets are written `<serial>:<PEM>`, of platform certificates or of the ' +
    "platform's public key. `Wechatpay-Timestamp` may differ from now by five minutes in both directions. WeChat " +
    'Pay also sends wrong signatures (`WECHATPAY/SIGNTEST/`) on purpose, which are refused. With `apiV3Key` the ' +
    'encrypted `resource` is replaced by its plain JSON. The delivery id is `id`, the event `event_type`. WeChat ' +
    'Pay waits 5 seconds and tries 15 times in about 24 hours.',
  link: 'https://pay.weixin.qq.com/doc/v3/merchant/4012071382',
  scheme: {
    kind: 'signed-bytes',
    keys: [{ algorithm: 'rsa-pkcs1-sha256', encoding: 'pem', prefix: '', label: '' }],
    signature: { header: 'wechatpay-signature' },
    grammar: { kind: 'plain', prefix: '' },
    encoding: 'base64',
    signedBytes: '{timestamp}\n{nonce}\n{raw}\n',
    timestamp: { from: { header: 'wechatpay-timestamp' }, unit: 's', past: 300, future: 300 },
    nonce: { header: 'wechatpay-nonce' },
    id: null,
    keyId: { header: 'wechatpay-serial' },
    sealed: { option: 'apiV3Key', member: 'resource' },
  },
  secrets: 'required',
  options: {
    properties: {
      apiV3Key: {
        type: 'string',
        pattern: '^.{32}$|\\{\\{',
        description: 'The APIv3 key, 32 characters, which opens `resource`; use {{$env.NAME}}.',
      },
    },
    required: [],
  },
  deliveryId: { json: 'id' },
  eventType: { json: 'event_type' },
  batch: null,
  handshakes: [],
  formPayload: null,
  acknowledgement: null,
  patienceMs: 5_000,
  retryHorizonMs: 86_400_000,
  sample: {
    headers: { 'content-type': 'application/json' },
    body:
      '{"id":"EV-2018022511223320873","create_time":"2026-03-01T12:00:00+08:00","resource_type":"encrypt-resourc' +
      'e","event_type":"TRANSACTION.SUCCESS","summary":"paid"}',
  },
  vectors: [
    {
      source: 'wechatpay-axios-plugin 0.9.6, Rsa.sign and Aes.AesGcm.encrypt',
      entry: {
        secrets: [
          '5157F09EFDC096DE15EBE81A47057A7232F1B8E1:MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAyb4HRRn/AMAQ7JgIKhsH' +
            'FEoJgz6YfvMK8M6EdiG+c0flTg0ry2QGQJhwVQ4lcN9b/xRDhArXZbV52foMxAyzyVbbIjvwxz2jYcqqdsPVJZ/Docs4ZVA0paQ0iMo0X' +
            'USncnOkOXpSPAKPlszXQb4JHwaqWdenpljPD+YzGDI6hyIPj1pK937wV1QpS8yDBxZWL/W1oFM3Kppc8x/vDSJaHW8unWT7OgQrntJdQz' +
            '7spoL+Dl3ZUDVWNIC3PTckhw5LqwCqqyJl7+dVvde90M+TFzV/e7EMWl1Q7r4V2KxGQ7gECCETOi4tRdaDGR5xzlwGZR3eVVwp9vma+a0' +
            'afPkVvQIDAQAB',
        ],
        options: { apiV3Key: '0123456789abcdef0123456789abcdef' },
      },
      body:
        '{"id":"EV-2018022511223320873","event_type":"TRANSACTION.SUCCESS","resource_type":"encrypt-resource","res' +
        'ource":{"algorithm":"AEAD_AES_256_GCM","ciphertext":"DUcclrHBE5NffFMk6pzEyhVrz1jnxtqSCQMaICR0+urvOkRI0JNq' +
        'KpzaO4OUnqUZC+vo/xZy1gmw4NWdMcyXDMsjAdp1CB2LVPfsYjtgm98HPObj","associated_data":"transaction","nonce":"fd' +
        'asflkja484"}}',
      headers: {
        'wechatpay-timestamp': '1772366400',
        'wechatpay-nonce': 'c5ac7061fccab6bf3e254dcf98995b8c',
        'wechatpay-serial': '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
        'wechatpay-signature':
          'Q6CI0zDwLqiFNVcp2FSX8dhJTPNvHpYKSBYXv70DXrUoF4aGHtTtPZELSHtanRcIxoGUZY9DMFTptRdTboyjBKvi2++Zswz7cJvLAIFw9' +
          'BRNW1CSFcZKLiSo0MmWL1+o0eg0YhXhCaZeed9gIAT/Ew82zSkbhY/FXAGRDIyUBI5poGssKH/eVE5lO1c6gW7NqD7+tt+A2XbS/g9xw+' +
          'icADfum+OIrgL8E7ym8UG6hZIymouhkaEZgp6Lktasns1mU5bpXz0/e7v/34J3N0bcoNR/k/oJAg//TN56H20+wCg7dImpQcAzMkW/bNz' +
          'gpwt7ZXmmWB7/+vzs8hLllHmznQ==',
      },
      at: '2026-03-01T12:00:00.000Z',
    },
  ],
};
