import { describe, expect, it } from '@jest/globals';
import { idFloor, isUuid, newId } from './new-id.js';

describe('ids', () => {
  it('are valid version 7 UUIDs that sort in the order they were made, without repeats', () => {
    const ids = Array.from({ length: 20_000 }, newId);
    expect(ids.every((id) => isUuid(id) && id[14] === '7' && '89ab'.includes(id[19]!))).toBe(true);
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('of a moment are never below the floor of that moment', () => {
    const before = new Date();
    expect(newId() >= idFloor(before)).toBe(true);
    expect(newId() < idFloor(new Date(Date.now() + 60_000))).toBe(true);
  });
});
