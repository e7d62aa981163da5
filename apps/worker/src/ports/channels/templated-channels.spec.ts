import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { notify, sentJson } from '../../testing/notify.js';

const url = 'https://api.example.com/send';
const nasty = 'a"b\\c\n<d>&e=1 {{$env.KEY}}';
const secrets = { KEY: 'k3y-value' };

describe('a webhook channel', () => {
  it('sends the message as JSON when it has no body of its own', async () => {
    const sent = await notify({ type: 'webhook', url }, { text: 'T', extra: { deep: [1] } });
    expect(sent.result).toEqual({ ok: true, result: { status: 200, data: { ok: true } } });
    expect(sentJson(sent)).toEqual({ text: 'T', extra: { deep: [1] } });
    expect(sent.http.sent[0]!.headers).toEqual({ 'content-type': 'application/json' });
  });

  it('fills its templates, headers and URL, and evaluates no payload', async () => {
    const config = {
      type: 'webhook' as const,
      url: `${url}/{{message.id}}?q={{text}}&k={{$env.KEY}}`,
      method: 'PUT',
      headers: [{ name: 'authorization', value: 'Bearer {{$env.KEY}}' }],
      body: { text: '{{text}}', list: '{{to}}', who: 'to {{to}}', n: '{{message.n}}' },
    };
    const sent = await notify(config, { text: nasty, to: ['1', '2'], n: 5, id: '../x' }, { secrets });
    expect(sentJson(sent)).toEqual({ text: nasty, list: ['1', '2'], who: 'to ["1","2"]', n: 5 });
    const call = sent.http.sent[0]!;
    expect(call).toMatchObject({ method: 'PUT', headers: { authorization: 'Bearer k3y-value' } });
    const called = new URL(call.url);
    expect(called.pathname).toBe('/send/..%2Fx');
    expect(Object.fromEntries(called.searchParams)).toEqual({ q: nasty, k: 'k3y-value' });
  });

  it('is signed as Standard Webhooks say', async () => {
    const raw = await notify({ type: 'webhook', url, secret: '{{$env.KEY}}' }, { text: 'T' }, { secrets });
    const key = Buffer.from('c2lnbmluZyBrZXk=', 'base64');
    const prefixed = await notify({ type: 'webhook', url, secret: `whsec_${key.toString('base64')}` }, { text: 'T' });
    const digest = (secret: string | Buffer) =>
      createHmac('sha256', secret).update('k1.1700000000.{"text":"T"}').digest('base64');
    expect(raw.http.sent[0]!.headers).toMatchObject({
      'webhook-id': 'k1',
      'webhook-timestamp': '1700000000',
      'webhook-signature': `v1,${digest('k3y-value')}`,
    });
    expect(prefixed.http.sent[0]!.headers['webhook-signature']).toBe(`v1,${digest(key)}`);
  });

  it('may demand more than a 200', async () => {
    const config = { type: 'webhook', url, success: { path: 'result.code', value: 'OK' } };
    const good = await notify(config, { text: 'T' }, { answers: [{ body: { result: { code: 'OK' } } }] });
    const bad = await notify(config, { text: 'T' }, { answers: [{ body: { result: { code: 'NO' } } }] });
    expect(good.result).toMatchObject({ ok: true });
    expect(bad.result).toMatchObject({ ok: false, code: 'channel_refused', wasSent: false, permanent: true });
  });

  it.each([
    ['connect', false, false],
    ['blocked', false, true],
    ['timeout', 'unknown', false],
    ['protocol', 'unknown', false],
    ['aborted', 'unknown', false],
  ] as const)('whose call ends with %s was sent: %s', async (code, wasSent, permanent) => {
    const answers = [{ ok: false, code, message: 'x' } as const];
    const { result } = await notify({ type: 'webhook', url }, { text: 'T' }, { answers });
    expect(result).toMatchObject({ ok: false, code, wasSent });
    expect('permanent' in result).toBe(permanent);
  });

  it('cannot have a header broken by a message', async () => {
    const headers = [{ name: 'x-text', value: '{{text}}' }];
    const sent = await notify({ type: 'webhook', url, headers }, { text: 'a\r\nx-b: 1' });
    // One value: the HTTP client refuses the line break in it, see its own spec.
    expect(Object.keys(sent.http.sent[0]!.headers).sort()).toEqual(['content-type', 'x-text']);
  });
});

describe('an SMS channel', () => {
  it('fills numbers and text into JSON text without letting them out of their quotes', async () => {
    const body = '{"to": "{{to}}", "text": "{{text}}", "list": {{to | json}}, "key": "{{$env.KEY}}"}';
    const sent = await notify({ type: 'sms', url, body }, { to: ['+491', '+492'], text: nasty }, { secrets });
    expect(sent.result).toMatchObject({ ok: true });
    expect(sentJson(sent)).toMatchObject({ to: '+491,+492', text: nasty, key: 'k3y-value' });
  });

  it('fills a form, so that no text adds a field', async () => {
    const config = {
      type: 'sms',
      url,
      contentType: 'application/x-www-form-urlencoded',
      body: 'to={{to}}&text={{text}}',
    };
    const sent = await notify(config, { to: '+491', text: 'x&to=+666' });
    expect(Object.fromEntries(new URLSearchParams(String(sent.http.sent[0]!.body)))).toEqual({
      to: '+491',
      text: 'x&to=+666',
    });
    expect(sent.http.sent[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded; charset=utf-8');
  });

  it('fills XML, so that no text adds an element', async () => {
    const config = { type: 'sms', url, contentType: 'application/xml', body: '<sms to="{{to}}">{{text}}</sms>' };
    const sent = await notify(config, { to: '1"', text: '</sms><sms to="2">' });
    expect(sent.http.sent[0]!.body).toBe('<sms to="1&quot;">&lt;/sms&gt;&lt;sms to=&quot;2&quot;&gt;</sms>');
  });

  it('may be a GET', async () => {
    const sent = await notify(
      { type: 'sms', url: `${url}?to={{to}}&m={{text}}`, method: 'GET' },
      { to: '1', text: 'a b&c' },
    );
    expect(sent.http.sent[0]).toMatchObject({ url: `${url}?to=1&m=a%20b%26c`, method: 'GET', body: null });
  });

  it('is sent to nobody without a number', async () => {
    const sent = await notify({ type: 'sms', url }, { to: [' '], text: 'T' });
    expect(sent.result).toMatchObject({ ok: false, code: 'invalid_message', permanent: true });
    expect(sent.http.sent).toEqual([]);
  });
});
