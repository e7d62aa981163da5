import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { SecretBox } from './secret-box.js';

describe('SecretBox', () => {
  const box = new SecretBox(randomBytes(32));

  it('opens what it sealed', () => {
    expect(box.open('a', box.seal('a', 'grüße 🔑'))).toBe('grüße 🔑');
  });

  it('does not open a secret that was moved to another name', () => {
    expect(() => box.open('b', box.seal('a', 'x'))).toThrow();
  });

  it('does not open changed bytes and names the key when the master key is another one', () => {
    const sealed = box.seal('a', 'x');
    sealed.ciphertext[28] = sealed.ciphertext[28]! ^ 1;
    expect(() => box.open('a', sealed)).toThrow();
    expect(() => new SecretBox(randomBytes(32)).open('a', box.seal('a', 'x'))).toThrow(/master key/);
  });
});
