import { describe, expect, it } from '@jest/globals';
import { parseDuration } from './parse-duration.js';
import { parseSize } from './parse-size.js';

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['5m', 300_000],
    ['72h', 259_200_000],
    ['3d', 259_200_000],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });

  it.each(['', '10', '0s', '-1s', '1.5h', '1w', '10 seconds', 10, null, '1e3s'])('refuses %j', (value) => {
    expect(parseDuration(value)).toBeNull();
  });
});

describe('parseSize', () => {
  it.each([
    ['10mb', 10_485_760],
    ['64kb', 65_536],
    ['1MB', 1_048_576],
    [1234, 1234],
  ])('reads %j', (value, bytes) => {
    expect(parseSize(value)).toBe(bytes);
  });

  it.each(['', '10', '1gb', '0kb', 0, -1, 1.5, null, '1.5mb'])('refuses %j', (value) => {
    expect(parseSize(value)).toBeNull();
  });
});
