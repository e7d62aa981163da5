import { describe, expect, it } from '@jest/globals';
import type { HandshakeOutcome, SignatureEntry, SignedMessage } from './contract.js';
import { findHandshake, handshakeMethods } from './handshake.js';

const url = 'https://hooks.example.com/api/webhooks/a';
const entry = (provider: string, secrets = ['s'], options = {}): SignatureEntry => ({ provider, secrets, options });

function message(body: string | object, changed: Partial<SignedMessage> = {}): SignedMessage {
  const rawBody = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  return { method: 'POST', url, headers: {}, rawBody, now: new Date(0), ...changed };
}

function replyOf(outcome: HandshakeOutcome | null) {
  return outcome?.kind === 'reply' ? outcome.reply : outcome;
}

const forbidden = { kind: 'refuse', why: 'forbidden' };
const malformed = { kind: 'refuse', why: 'malformed' };

describe('a signed probe', () => {
  it('of GitHub is answered', () => {
    const ping = message('{}', { headers: { 'x-github-event': 'ping' } });
    expect(replyOf(findHandshake(entry('github'), ping, 'signed'))).toMatchObject({ status: 200, body: 'pong' });
    expect(findHandshake(entry('github'), ping, 'unsigned')).toBeNull();
    expect(findHandshake(entry('github'), message('{}'), 'signed')).toBeNull();
  });

  it('of Slack gets its challenge as plain text that no browser takes for a page', () => {
    const probe = message({ type: 'url_verification', challenge: '<script>1</script>' });
    expect(replyOf(findHandshake(entry('slack'), probe, 'signed'))).toEqual({
      status: 200,
      headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
      body: '<script>1</script>',
    });
    expect(findHandshake(entry('slack'), probe, 'unsigned')).toBeNull();
  });

  it('T17: is refused when its challenge is missing, no text, or longer than 1,024 characters', () => {
    for (const challenge of [undefined, '', {}, 'x'.repeat(1025)]) {
      const probe = message({ type: 'url_verification', challenge });
      expect(findHandshake(entry('slack'), probe, 'signed')).toEqual(malformed);
    }
    const longest = message({ type: 'url_verification', challenge: 'x'.repeat(1024) });
    expect(replyOf(findHandshake(entry('slack'), longest, 'signed'))).toMatchObject({ status: 200 });
  });

  it('is one only when the value is of the same kind', () => {
    const discord = (body: object) => replyOf(findHandshake(entry('discord'), message(body), 'signed'));
    expect(discord({ type: 1 })).toMatchObject({ status: 200, body: '{"type":1}' });
    expect(discord({ type: 0 })).toMatchObject({ status: 204, body: '' });
    expect(discord({ type: '1' })).toBeNull();
    expect(discord({ type: 2 })).toBeNull();
  });

  it('of Discord is not taken for an event of the same type', () => {
    const event = message({ type: 1, event: { type: 'APPLICATION_AUTHORIZED' } });
    expect(findHandshake(entry('discord'), event, 'signed')).toBeNull();
  });

  it('is small: a large body is an event', () => {
    const probe = message({ type: 'url_verification', challenge: 'x', pad: 'x'.repeat(64 * 1024) });
    expect(findHandshake(entry('slack'), probe, 'signed')).toBeNull();
  });
});

describe('a delivered secret', () => {
  const token = 'secret_tMrlL1qK5vuQAh1b6cZGhFChZTSYJlce98V0pYn7yBl';
  const delivery = message({ verification_token: token });

  it.each([[[]], [['']], [['  ']]])('is kept while the secrets are %p', (secrets) => {
    expect(findHandshake(entry('notion', secrets), delivery, 'unsigned')).toMatchObject({
      kind: 'store-secret',
      value: token,
      reply: { status: 200 },
    });
  });

  it('never replaces one', () => {
    expect(findHandshake(entry('notion', ['there']), delivery, 'unsigned')).toEqual(forbidden);
  });

  it.each(['', 'short', 'x'.repeat(201), `${'x'.repeat(20)}\n`, `${'x'.repeat(20)} x`, 'é'.repeat(20), 7, null, {}])(
    'is refused when it is %p',
    (value) => {
      const probe = message({ verification_token: value });
      expect(findHandshake(entry('notion', []), probe, 'unsigned')).toEqual(malformed);
    },
  );

  it('is not looked for in events', () => {
    expect(findHandshake(entry('notion', []), message({ id: '1', type: 'page.created' }), 'unsigned')).toBeNull();
  });
});

describe('an origin that asks', () => {
  const ask = (headers: Record<string, string>) => message('', { method: 'OPTIONS', headers });
  const grant = (origins: unknown, headers: Record<string, string>) =>
    replyOf(findHandshake(entry('cloudevents', [], { allowedOrigins: origins }), ask(headers), 'unsigned'));

  it('is granted when it is on the list, in any case', () => {
    expect(grant(['Events.example.com'], { 'webhook-request-origin': 'events.EXAMPLE.com' })).toEqual({
      status: 200,
      headers: { allow: 'POST', 'webhook-allowed-origin': 'Events.example.com' },
      body: '',
    });
  });

  it('is told its rate only when it asks for one', () => {
    const headers = { 'webhook-request-origin': 'a.example', 'webhook-request-rate': '120' };
    expect(grant(['*'], headers)).toMatchObject({
      headers: { 'webhook-allowed-origin': '*', 'webhook-allowed-rate': '*' },
    });
  });

  it.each([[undefined], [[]], [['b.example']], ['*'], [['']], [[7]], [['example']]])(
    'is refused when the list is %p',
    (origins) => {
      expect(grant(origins, { 'webhook-request-origin': 'a.example' })).toEqual(forbidden);
    },
  );

  it('is no preflight of a browser', () => {
    expect(grant(['*'], { origin: 'https://a.example', 'access-control-request-method': 'POST' })).toBeNull();
    expect(
      findHandshake(entry('cloudevents', []), message('', { headers: { 'webhook-request-origin': 'a' } }), 'unsigned'),
    ).toBeNull();
  });
});

describe('handshakeMethods', () => {
  it('names what gate 5 has to let through', () => {
    expect(handshakeMethods('cloudevents')).toEqual(['OPTIONS']);
    expect(handshakeMethods('github')).toEqual([]);
    expect(handshakeMethods('nobody')).toEqual([]);
  });
});
