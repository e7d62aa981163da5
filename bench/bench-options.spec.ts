import { describe, expect, it } from '@jest/globals';
import { parseBenchOptions } from './bench-options.js';

const chosen = (args: string[]) => parseBenchOptions(args).scenarios.map(({ name, queue }) => `${name} ${queue}`);

describe('the options of the benchmark', () => {
  it('run every scenario on its own queue when nothing is said', () => {
    expect(chosen([])).toEqual([
      'async redis',
      'sync redis',
      'script redis',
      'duplicates redis',
      'effect redis',
      'embedded postgres',
      'variable redis',
      'journaled redis',
      'large redis',
      'signed redis',
    ]);
  });

  it('name scenarios by letter or name', () => {
    expect(chosen(['--scenario', 'e,async'])).toEqual(['effect redis', 'async redis']);
  });

  it('move scenarios to one queue, and the embedded one is then not run a second time', () => {
    expect(chosen(['--scenario', 'b', '--queue', 'postgres'])).toEqual(['sync postgres']);
    expect(chosen(['--queue', 'postgres'])).not.toContain('embedded postgres');
  });

  it('measure the engine and the scenarios, or only one of both', () => {
    expect(parseBenchOptions([]).only).toBeNull();
    expect(parseBenchOptions(['--only', 'engine']).only).toBe('engine');
  });

  it('leave out the open loop at rate 0', () => {
    expect(parseBenchOptions(['--rate', '0']).rate).toBeNull();
  });

  it.each([
    [['--scenario', 'x'], 'a (async), b (sync)'],
    [['--only', 'worker'], '--only is one of engine, signatures, scenarios'],
    [['--queue', 'kafka'], '--queue is one of redis, postgres'],
    [['--connections', '1,ten'], '--connections: "ten" is not a whole number'],
    [['--seconds', '0'], '--seconds: "0" is not a whole number above 0'],
  ])('refuse %j', (args, why) => {
    expect(() => parseBenchOptions(args)).toThrow(why);
  });
});
