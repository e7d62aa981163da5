import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderReply } from './render-reply.js';

const scope = { v: { status: 201, bad: 'x', crlf: 'a\r\nset-cookie: s=1', name: 'Ann', o: { ok: true } } };

describe('renderReply', () => {
  it('answers text as text and anything else as JSON', () => {
    expect(renderReply({ status: 200, body: 'ok' }, scope).reply).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'ok',
    });
    expect(renderReply({ body: '{{v.o}}' }, scope).reply).toEqual({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"ok":true}',
    });
  });

  it('keeps a content type that is set, in any case', () => {
    const { reply } = renderReply({ headers: { 'Content-Type': 'text/csv' }, body: 'a,b' }, scope);
    expect(reply.headers).toEqual({ 'content-type': 'text/csv', 'x-content-type-options': 'nosniff' });
  });

  it('has no body when there is none to send', () => {
    expect(renderReply({ status: 204, body: 'x' }, scope).reply).toEqual({ status: 204, headers: {}, body: '' });
    expect(renderReply({ status: 202 }, scope).reply).toEqual({ status: 202, headers: {}, body: '' });
  });

  it('takes the status from a template, also as text', () => {
    expect(renderReply({ status: '{{v.status}}' }, scope).reply.status).toBe(201);
    expect(renderReply({ status: '20{{v.o.none:2}}' }, scope).reply.status).toBe(202);
  });

  it('makes an illegal status 500 and says why', () => {
    for (const status of ['{{v.bad}}', '{{v.none}}', 199, 600, 200.5]) {
      const { reply, error } = renderReply({ status }, scope);
      expect([reply.status, error?.code]).toEqual([500, 'illegal_reply']);
    }
  });

  it('drops an illegal header, keeps the others and does not repeat the value', () => {
    const headers = { 'x-bad': '{{v.crlf}}', 'x-good': '{{v.name}}', 'x-none': '{{v.none}}', '{{v.crlf}}': 'a' };
    const { reply, error } = renderReply({ headers }, scope);
    expect(reply.headers).toEqual({ 'x-good': 'Ann' });
    expect(error?.code).toBe('illegal_reply');
    expect(error?.message).not.toContain('s=1');
  });

  it.each(['Set-Cookie', 'Content-Length', 'Transfer-Encoding', 'connection'])('drops %s', (name) => {
    const { reply, error } = renderReply({ headers: { [name]: '1' } }, scope);
    expect([reply.headers, error?.code]).toEqual([{}, 'illegal_reply']);
  });

  it('drops a header so long that clients would refuse the whole answer', () => {
    const { reply, error } = renderReply({ headers: { 'x-a': '{{p}}', 'x-b': '1' } }, { p: 'x'.repeat(4097) });
    expect([reply.headers, error?.code]).toEqual([{ 'x-b': '1' }, 'illegal_reply']);
  });

  it.each(['text/html', 'TEXT/HTML; charset=utf-8', 'image/svg+xml', 'application/xhtml+xml'])(
    'sandboxes %s',
    (type) => {
      const headers = { 'content-type': type, 'content-security-policy': "script-src 'unsafe-inline'" };
      const { reply } = renderReply({ headers, body: '<b>' }, scope);
      expect(reply.headers).toMatchObject({
        'content-security-policy': 'sandbox',
        'x-content-type-options': 'nosniff',
      });
    },
  );

  it('gives headers that node:http writes, whatever a payload holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const { reply } = renderReply({ headers: { 'x-a': '{{p}}', '{{p}}': 'b' } }, { p: value });
        expect(() => new Headers(reply.headers)).not.toThrow();
        expect(Object.values(reply.headers).every((text) => !/[\r\n\0]/.test(text))).toBe(true);
      }),
    );
  });
});
