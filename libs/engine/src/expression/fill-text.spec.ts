import { describe, expect, it } from '@jest/globals';
import { fillText } from './fill-text.js';

describe('filling a text', () => {
  const shout = (value: string) => value.toUpperCase();

  it('escapes what comes in and nothing else', () => {
    expect(fillText('a {{x}} {{y:none}} {{z}} b', { x: 'v', z: [1] }, shout)).toBe('a V NONE [1] b');
  });

  it('parses no value again', () => {
    expect(fillText('{{x}}', { x: '{{y}}', y: 'secret' }, (value) => value)).toBe('{{y}}');
  });

  it('tells the escape what it is about', () => {
    const marks = fillText('{{a}}{{b.c | json}}', { a: 1, b: { c: 'x' } }, (value, reference) =>
      reference.kind === 'path' ? `<${reference.path.join('.')}${reference.json ? ' json' : ''}:${value}>` : value,
    );
    expect(marks).toBe('<a:1><b.c json:"x">');
  });
});
