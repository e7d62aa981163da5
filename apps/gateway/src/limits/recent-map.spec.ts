import { describe, expect, it } from '@jest/globals';
import { RecentMap } from './recent-map.js';

describe('a map of bounded size', () => {
  it('lets go of what was longest not asked for', () => {
    const map = new RecentMap<number>(3);
    for (const [at, key] of ['a', 'b', 'c'].entries()) map.set(key, at);
    map.get('a');
    map.set('d', 3);
    expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([0, undefined, 2, 3]);
    expect(map.size).toBe(3);
  });

  it('never grows beyond its size, whatever is put in', () => {
    const map = new RecentMap<number>(10);
    for (let at = 0; at < 1_000; at++) map.set(`key ${at % 30}`, at);
    expect(map.size).toBe(10);
    expect(map.get('__proto__')).toBeUndefined();
  });
});
