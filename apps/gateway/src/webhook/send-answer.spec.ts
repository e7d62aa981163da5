import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestGateway, type TestGateway } from '../testing/start-test-gateway.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ workflows: { sync: { trigger: { mode: 'sync', timeout: '5s' } } } });
});
afterAll(() => gateway.stop());

/** What goes over the wire when an execution ended with this reply, whoever stored it. */
async function answerOf(headers: Record<string, string>, body = 'x') {
  const before = gateway.storage.accepted.length;
  const waiting = gateway.send('/api/webhooks/sync');
  while (gateway.storage.accepted.length === before) await sleep(5);
  await gateway.finish(gateway.storage.accepted.at(-1)!.executionId, { status: 200, headers, body });
  return waiting;
}

describe('T34: a stored reply', () => {
  it.each([
    ['set-cookie', 's=1'],
    ['Set-Cookie', 's=1'],
    ['set-cookie2', 's=1'],
    ['content-length', '1000'],
    ['transfer-encoding', 'chunked'],
    ['keep-alive', 'timeout=1000'],
    ['upgrade', 'websocket'],
    ['trailer', 'x-a'],
    ['te', 'trailers'],
    ['proxy-connection', 'close'],
    ['proxy-authenticate', 'Basic'],
    ['x-a', 'a\r\nset-cookie: s=1'],
    ['x-a', 'a\nb'],
    ['x-a', 'a\u0000b'],
    ['x-a', 'a\u010a'],
    ['x a', 'b'],
    ['x-a:', 'b'],
    ['', 'b'],
  ])('cannot send the header %j: %j', async (name, value) => {
    const answer = await answerOf({ [name]: value, 'x-b': 'kept' });
    expect([answer.status, answer.text, answer.headers['x-b']]).toEqual([200, 'x', 'kept']);
    const sent = answer.headers[name.toLowerCase()];
    expect(sent).toBe(name === 'content-length' ? '1' : undefined);
    expect(answer.headers['set-cookie']).toBeUndefined();
  });

  it('cannot say how the connection goes on', async () => {
    expect((await answerOf({ connection: 'upgrade' })).headers.connection).not.toBe('upgrade');
  });

  it('cannot name another request', async () => {
    const answer = await answerOf({ 'x-request-id': 'mine', 'x-execution-id': 'mine', 'idempotent-replayed': 'true' });
    expect(answer.headers['x-request-id']).toBe(gateway.storage.accepted.at(-1)!.request.id);
    expect(answer.headers['x-execution-id']).toBe(gateway.storage.accepted.at(-1)!.executionId);
    expect(answer.headers['idempotent-replayed']).toBeUndefined();
  });
});

describe('T35: a page', () => {
  it.each([
    'text/html',
    'TEXT/HTML; charset=utf-8',
    ' text/html',
    'application/xhtml+xml',
    'image/svg+xml',
    'text/xml',
    'text/plain, text/html',
    'multipart/x-mixed-replace; boundary=b',
  ])('of type %j is sandboxed and not sniffed', async (type) => {
    const { headers } = await answerOf({ 'content-type': type }, '<script>alert(document.cookie)</script>');
    expect(headers['content-security-policy']).toBe('sandbox');
    expect(headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['sandbox allow-scripts allow-same-origin', 'sandbox allow-scripts allow-same-origin, sandbox'],
    ["default-src 'none'; report-uri /sandbox", "default-src 'none'; report-uri /sandbox, sandbox"],
    ['sandbox', 'sandbox'],
  ])('cannot weaken that with the policy %j', async (policy, sent) => {
    const { headers } = await answerOf({ 'content-type': 'text/html', 'content-security-policy': policy });
    expect(headers['content-security-policy']).toBe(sent);
  });

  it('cannot ask for sniffing, whatever its type', async () => {
    for (const type of ['text/plain', 'text/html', 'application/octet-stream']) {
      const { headers } = await answerOf({ 'content-type': type, 'x-content-type-options': 'none' });
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });
});

describe('an answer', () => {
  it('keeps its connection usable for the next request', async () => {
    const socket = connect(gateway.port, '127.0.0.1');
    let text = '';
    socket.on('data', (data) => (text += data.toString()));
    const request = 'GET /api/webhooks/sync HTTP/1.1\r\nhost: x\r\n\r\n';
    socket.write(request + request);
    while (text.split('HTTP/1.1 405').length < 3) await sleep(5);
    socket.destroy();
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(2);
  });
});
