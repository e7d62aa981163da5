import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '#shared';
import { channelCredentials, maskChannel, unmaskChannel } from './mask-channel.js';

const mask = (type: string, config: JsonObject) => maskChannel({ type, config });
const unmask = (type: string, config: JsonObject, stored: JsonObject | null) =>
  unmaskChannel({ type, config }, stored === null ? null : { type, config: stored });

describe('a masked channel', () => {
  it.each([
    ['https://a.example.com/x/y?k=1', 'https://a.example.com/***'],
    ['https://a.example.com?k=1', 'https://a.example.com/***'],
    ['https://u:p@a.example.com/', 'https://***@a.example.com/'],
    ['https://a.example.com', 'https://a.example.com'],
    ['{{$env.URL}}', '{{$env.URL}}'],
    ['{{$env.BASE}}/literal', '***'],
    ['https://a.example.com/{{$env.T}}/literal', 'https://a.example.com/***'],
  ])('shows of %s the URL %s', (url, shown) => {
    expect(mask('slack', { url })).toEqual({ url: shown });
  });

  it('shows of a body what is not named like a credential', () => {
    const shown = (body: JsonObject[string]) => mask('sms', { url: 'https://a', body })['body'];
    expect(shown('to={{to}}&apikey=s3cret&text={{text}}')).toBe('to={{to}}&apikey=***&text={{text}}');
    expect(shown('{"token": "s3cret", "to": "{{to}}"}')).toBe('{"token": "***", "to": "{{to}}"}');
    expect(shown('key={{$env.KEY}}')).toBe('key={{$env.KEY}}');
    expect(shown({ auth: { user: 'u', key: 's' }, signature: ['a'], list: [1, 'x'] })).toEqual({
      auth: { user: 'u', key: '***' },
      signature: ['***'],
      list: [1, 'x'],
    });
  });

  it('leaves the original alone', () => {
    const config = { provider: { host: 'h', auth: { user: 'u', pass: 'p' } }, from: 'a@b.c' };
    expect(mask('email', config)).toEqual({ ...config, provider: { host: 'h', auth: { user: 'u', pass: '***' } } });
    expect(config.provider.auth.pass).toBe('p');
    expect(mask('email', { provider: { host: 'h' } })).toEqual({ provider: { host: 'h' } });
  });
});

describe('unmasking', () => {
  it('puts stored headers back by name, the second of a name too', () => {
    const header = (name: string, value: string) => ({ name, value });
    const stored = { url: 'https://a', headers: [header('a', '1'), header('b', '2'), header('A', '3')] };
    const shown = { url: 'https://a', headers: [header('b', '***'), header('a', '***'), header('a', '***')] };
    expect(unmask('webhook', shown, stored)).toEqual({
      config: { url: 'https://a', headers: [header('b', '2'), header('a', '1'), header('a', '3')] },
    });
  });

  it('takes three stars in a text for what they are', () => {
    const config = { url: 'https://a', body: { text: '*** {{text}} ***', note: '***' } };
    expect(unmask('webhook', config, null)).toEqual({ config });
  });

  it.each([
    [{ url: 'https://a/***' }, '/url'],
    [{ url: 'https://a', secret: '***' }, '/secret'],
    [{ url: 'https://a', headers: [{ name: 'a', value: '***' }] }, '/headers'],
    [{ url: 'https://a', body: { key: '***' } }, '/body'],
    [{ url: 'https://a', body: 'key=***' }, '/body'],
  ])('has nothing to put into %j of a new channel', (config, pointer) => {
    expect(unmask('webhook', config, null)).toMatchObject({ faults: [{ pointer, code: 'invalid' }] });
  });
});

describe('the credentials of a channel', () => {
  it('are those that receivers may quote', () => {
    const config = {
      url: 'https://a.example.com/services/T000/XXXXtokenXXXX?key=KKKKtokenKKKK&v=1',
      headers: [{ name: 'x', value: 'hhh' }],
      secret: 'sss',
    };
    expect(channelCredentials({ type: 'webhook', config })).toEqual(
      expect.arrayContaining(['XXXXtokenXXXX', 'KKKKtokenKKKK', 'hhh', 'sss', config.url]),
    );
    expect(channelCredentials({ type: 'in-app', config: {} })).toEqual([]);
  });
});
