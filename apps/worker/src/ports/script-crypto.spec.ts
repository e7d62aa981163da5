import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash, createHmac } from 'node:crypto';
import type { Json } from '#shared';
import { createScriptRunner } from './script-runner.js';

let runner: ReturnType<typeof createScriptRunner>;
beforeAll(() => {
  runner = createScriptRunner({ poolSize: 1 });
});
afterAll(() => runner.close());

async function resultOf(content: string, globals: Record<string, Json> = {}): Promise<Json> {
  const signal = new AbortController().signal;
  const outcome = await runner.run({ content, globals: { context: {}, ...globals }, timeoutMs: 5_000, signal });
  return outcome.ok ? outcome.result : outcome.message;
}

describe("require('crypto')", () => {
  it('hashes any text as Node does, in every algorithm and encoding', async () => {
    const algorithm = fc.constantFrom('md5', 'sha1', 'sha256', 'sha512');
    const encoding = fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary' }),
        fc.string(),
        algorithm,
        encoding,
        async (text, key, name, form) => {
          const content = `const c = require('node:crypto');
          return [c.createHash(name).update(text).digest(form), c.createHmac(name, key).update(text).digest(form)]`;
          expect(await resultOf(content, { text, key, name, form })).toEqual([
            createHash(name).update(text).digest(form),
            createHmac(name, key).update(text).digest(form),
          ]);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes bytes, typed arrays and encoded text, in pieces', async () => {
    const expected = createHmac('sha256', Buffer.from([1, 2]))
      .update('a\0bcd')
      .digest('hex');
    const content = `const { createHmac } = require('crypto');
      return createHmac('SHA256', new Uint8Array([9, 1, 2]).subarray(1)).update('a\\0b').update('63', 'hex')
        .update(Buffer.from('ZA==', 'base64')).digest('hex')`;
    expect(await resultOf(content)).toBe(expected);
  });

  it('gives bytes when no encoding is asked for', async () => {
    const content = `const d = require('crypto').createHash('sha1').update('x').digest();
      return [d instanceof Uint8Array, d.length, d.toString('hex')]`;
    expect(await resultOf(content)).toEqual([true, 20, createHash('sha1').update('x').digest('hex')]);
  });

  it('compares in constant time, and only bytes of one length', async () => {
    const content = `const { timingSafeEqual: same } = require('crypto'), b = (t) => Buffer.from(t), out = [];
      out.push(same(b('abc'), b('abc')), same(b('abc'), b('abd')));
      for (const pair of [[b('a'), b('ab')], ['a', 'a']]) try { same(...pair) } catch (e) { out.push(e.name) }
      return out`;
    expect(await resultOf(content)).toEqual([true, false, 'RangeError', 'TypeError']);
  });

  it('draws random bytes and UUIDs', async () => {
    const [size, different, uuid] = (await resultOf(`const c = require('crypto');
      return [c.randomBytes(16).length, !c.randomBytes(16).equals(c.randomBytes(16)), c.randomUUID()]`)) as Json[];
    expect([size, different]).toEqual([16, true]);
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each([
    ["createHash('whirlpool')", 'digest method not supported'],
    ["createHash('sha1').update('').digest('rot13')", 'unknown digest encoding'],
    ["createHash('sha1').update(12)", 'expected a string'],
    ['randomBytes(1e9)', 'randomBytes takes'],
    ["createHash('sha1').update(new Uint8Array(9e6)).digest('hex')", 'at most'],
  ])('refuses %s', async (call, message) => {
    expect(await resultOf(`return require('crypto').${call}`)).toContain(message);
  });
});

describe('bytes and text', () => {
  it('round-trip through Buffer as in Node', async () => {
    const encoding = fc.constantFrom(
      'utf8' as const,
      'hex' as const,
      'base64' as const,
      'base64url' as const,
      'latin1' as const,
    );
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), encoding, async (text, form) => {
        expect(
          await resultOf('return [Buffer.from(text).toString(form), Buffer.from(text, form).length]', { text, form }),
        ).toEqual([Buffer.from(text).toString(form), Buffer.from(text, form).length]);
      }),
      { numRuns: 60 },
    );
  });

  it('have concat, equals, slices, base64 and UTF-8 coders', async () => {
    const content = `const b = Buffer.concat([Buffer.from('grü'), Buffer.from([0x6e])]);
      return [b.toString(), b.equals(Buffer.from('grün')), b.subarray(0, 2).toString(), atob(btoa('hi')),
        new TextDecoder().decode(new TextEncoder().encode('ü')), Buffer.isBuffer(b), Buffer.byteLength('ü')]`;
    expect(await resultOf(content)).toEqual(['grün', true, 'gr', 'hi', 'ü', true, 2]);
  });
});
