import { describe, expect, it } from '@jest/globals';
import { createLogger } from '#shared';
import type { KeyUrlRule } from '#signatures';
import { KeyFetcher } from './key-fetcher.js';

const SNS: KeyUrlRule = { host: 'sns\\.[a-z0-9-]{3,}\\.amazonaws\\.com(?:\\.cn)?', pathSuffix: '.pem' };
const ANY: KeyUrlRule = { host: null, pathSuffix: '' };
const HOUR = 3_600_000;
const CERT = 'https://sns.us-east-1.amazonaws.com/x.pem';

function fetcher(answers: Record<string, string | null> = {}) {
  const state = { now: 0, asked: [] as string[], answers };
  const keys = new KeyFetcher({
    fetchUrl: async (url) => {
      state.asked.push(url.href);
      const answer = state.answers[url.href];
      if (typeof answer !== 'string') throw new Error('away');
      return Buffer.from(answer);
    },
    limits: { bytes: 100, timeMs: 100 },
    logger: createLogger('test', 'silent'),
    now: () => state.now,
  });
  const ask = async (url: string, rule = SNS) => (await keys.fetchKey(url, rule))?.toString() ?? null;
  return { keys, state, ask };
}

describe('T16: a URL that a message names', () => {
  it.each([
    'https://sns.us-east-1.amazonaws.com.evil.tld/x.pem',
    'https://evil/?sns.us-east-1.amazonaws.com',
    'https://evil.tld/sns.us-east-1.amazonaws.com/x.pem',
    'https://evil.tld#sns.us-east-1.amazonaws.com/x.pem',
    'http://169.254.169.254/',
    'https://169.254.169.254/x.pem',
    'http://sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com@evil.tld/x.pem',
    'https://a:b@sns.us-east-1.amazonaws.com/x.pem',
    'https://@sns.us-east-1.amazonaws.com/x.pem',
    'https://evil.tld\\@sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com\\.evil.tld/x.pem',
    'https://sns.us-east-1.amazonaws.com:8443/x.pem',
    'https://sns.us-east-1.amazonaws.com:/x.pem',
    'https://sns.us-east-1.amazonaws.com./x.pem',
    'https://sns.us-east-1.amazonaws.com%2eevil.tld/x.pem',
    'https://sns。us-east-1.amazonaws.com/x.pem',
    'https://ｓｎｓ.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-eaſt-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com/x.pem\n.evil',
    ' https://sns.us-east-1.amazonaws.com/x.pem',
    'https:\t//sns.us-east-1.amazonaws.com/x.pem',
    'https:sns.us-east-1.amazonaws.com/x.pem',
    '//sns.us-east-1.amazonaws.com/x.pem',
    'file:///etc/x.pem',
    'https://sns.us-east-1.amazonaws.com/x.txt',
    'https://sns.us-east-1.amazonaws.com/x?y=.pem',
    'https://sns.us-east-1.amazonaws.com/x#.pem',
    `https://sns.us-east-1.amazonaws.com/${'a'.repeat(2_100)}.pem`,
    '',
  ])('%j is refused and nothing is called', async (url) => {
    const { keys, state, ask } = fetcher();
    expect(await ask(url)).toBeNull();
    expect(await keys.confirm(url, SNS)).toBe('forbidden');
    expect(state.asked).toEqual([]);
  });

  it.each([CERT, 'https://SNS.eu-west-3.amazonaws.com:443/a/b.pem', 'https://sns.cn-north-1.amazonaws.com.cn/x.pem'])(
    '%s is the provider and is called',
    async (url) => {
      const { state, ask } = fetcher({ [new URL(url).href]: 'key' });
      expect([await ask(url), state.asked.length]).toEqual(['key', 1]);
    },
  );

  it('may be on any host where the operator wrote it, but only over https', async () => {
    const { ask } = fetcher({ 'https://id.example/jwks?x=1': '{}' });
    expect(await ask('https://id.example/jwks?x=1', ANY)).toBe('{}');
    expect(await ask('http://id.example/jwks?x=1', ANY)).toBeNull();
  });
});

describe('a key', () => {
  it('is asked for once an hour, and once by all who wait for it', async () => {
    const { state, ask } = fetcher({ [CERT]: 'one' });
    expect(await Promise.all([ask(CERT), ask(CERT), ask(CERT)])).toEqual(['one', 'one', 'one']);
    state.answers[CERT] = 'two';
    state.now = HOUR - 1;
    expect(await ask(CERT)).toBe('one');
    state.now = HOUR;
    expect(await ask(CERT)).toBe('two');
    expect(state.asked).toHaveLength(2);
  });

  it('serves a day when its place does not answer, which is then asked once a minute', async () => {
    const { state, ask } = fetcher({ [CERT]: 'one' });
    await ask(CERT);
    state.answers[CERT] = null;
    state.now = HOUR;
    expect([await ask(CERT), await ask(CERT), state.asked.length]).toEqual(['one', 'one', 2]);
    state.now = 24 * HOUR - 1;
    expect([await ask(CERT), state.asked.length]).toEqual(['one', 3]);
    state.now = 24 * HOUR;
    expect(await ask(CERT)).toBeNull();
  });

  it('that is not there is not asked for again within a minute', async () => {
    const { state, ask } = fetcher();
    expect([await ask(CERT), await ask(CERT), state.asked.length]).toEqual([null, null, 1]);
    state.answers[CERT] = 'late';
    state.now = 60_000;
    expect(await ask(CERT)).toBe('late');
  });

  it('of strangers cannot cause more than twenty calls at once', async () => {
    const { state, ask } = fetcher();
    await Promise.all(Array.from({ length: 100 }, (_, at) => ask(CERT.replace('x', `x${at}`))));
    expect(state.asked).toHaveLength(20);
  });

  it('makes room for others after a thousand', async () => {
    const { state, ask } = fetcher();
    const names = Array.from({ length: 1_001 }, (_, at) => CERT.replace('x', `x${at}`));
    for (const name of names) state.answers[name] = 'k';
    for (const name of names) await ask(name);
    await ask(names[1]!);
    await ask(names[0]!);
    expect(state.asked.slice(1_001)).toEqual([names[0]]);
  });
});

describe('a confirmation', () => {
  it('is called each time, also when the answer is empty', async () => {
    const { keys, state } = fetcher({ [CERT]: '' });
    expect([await keys.confirm(CERT, SNS), await keys.confirm(CERT, SNS)]).toEqual(['done', 'done']);
    state.answers[CERT] = null;
    expect(await keys.confirm(CERT, SNS)).toBe('failed');
    expect(state.asked).toHaveLength(3);
  });
});
