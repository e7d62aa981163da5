import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { decodeReply, encodeReply } from './reply-message.js';

describe('a reply message', () => {
  it('brings any text that fits as it is', () => {
    const carried = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(carried, (text) => {
        expect(decodeReply(encodeReply('e1', text, 10_000))).toEqual({ executionId: 'e1', text });
      }),
    );
  });

  it('tells no text from an empty one', () => {
    expect(decodeReply(encodeReply('e1', undefined, 100))).toEqual({ executionId: 'e1', text: null });
    expect(decodeReply(encodeReply('e1', '', 100))).toEqual({ executionId: 'e1', text: '' });
  });

  it('leaves the text out when the whole is too long, counted in bytes', () => {
    expect(encodeReply('e1', 'ä'.repeat(4), 11)).toBe(`e1\n${'ä'.repeat(4)}`);
    expect(encodeReply('e1', 'ä'.repeat(4), 10)).toBe('e1');
  });

  it.each([
    ['a lone surrogate', '\ud800'],
    ['a NUL', 'a\0b'],
  ])('leaves a text with %s out', (_, text) => {
    expect(encodeReply('e1', text, 100)).toBe('e1');
  });
});
