import { describe, expect, it } from '@jest/globals';
import { createRequestBytes } from './request-bytes.js';

const URL_OF_HOOK = 'http://127.0.0.1:3000/api/webhooks/k';

describe('the bytes of a request', () => {
  it('are a POST with the length of its body in bytes', () => {
    const { bytes } = createRequestBytes(URL_OF_HOOK, '{"a":"ä"}', { 'x-a': 'b' }, false);
    expect(bytes.toString()).toBe(
      'POST /api/webhooks/k HTTP/1.1\r\nhost: 127.0.0.1:3000\r\ncontent-type: application/json\r\n' +
        'content-length: 10\r\nx-a: b\r\n\r\n{"a":"ä"}',
    );
  });

  it('take one delivery id after the other', () => {
    const request = createRequestBytes(URL_OF_HOOK, '{}', {}, true);
    request.setDelivery(123_456);
    request.setDelivery(78);
    expect(request.bytes.toString()).toContain('\r\nidempotency-key: 000000000078\r\n\r\n{}');
  });

  it('stay as they are when they carry no delivery id', () => {
    const request = createRequestBytes(URL_OF_HOOK, '{}', {}, false);
    const before = request.bytes.toString();
    request.setDelivery(78);
    expect(request.bytes.toString()).toBe(before);
  });
});
