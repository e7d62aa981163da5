import { describe, expect, it } from '@jest/globals';
import { formatLogLine } from './format-log-line.js';

describe('formatLogLine', () => {
  it('turns a JSON line into time, level, message and plain fields', () => {
    const line = JSON.stringify({
      level: 'warn',
      time: '2026-01-02T03:04:05.678Z',
      app: 'gateway',
      'hookmill.request.verdict': 'refused',
      nested: { a: 1 },
      msg: 'webhook',
    });
    expect(formatLogLine(line)).toBe('03:04:05 warn webhook verdict=refused');
  });

  it('says what the error was', () => {
    expect(formatLogLine('{"level":"error","msg":"failed","err":{"message":"no space"}}')).toBe(
      'error failed no space',
    );
  });

  it('leaves everything else as it is', () => {
    expect(formatLogLine('plain text')).toBe('plain text');
    expect(formatLogLine('{broken')).toBe('{broken');
  });
});
