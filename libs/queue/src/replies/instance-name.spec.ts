import { describe, expect, it } from '@jest/globals';
import { isInstanceName, newInstanceName } from './instance-name.js';

describe('the name of an instance', () => {
  it('is recognised', () => {
    expect(isInstanceName(newInstanceName())).toBe(true);
  });

  it('is new each time', () => {
    expect(newInstanceName()).not.toBe(newInstanceName());
  });

  it.each(['', 'g', 'g0', 'g"; drop table x; --', `g${'0'.repeat(33)}`, `G${'0'.repeat(32)}`, `g${'0'.repeat(32)}\n`])(
    'is not %j',
    (text) => {
      expect(isInstanceName(text)).toBe(false);
    },
  );
});
