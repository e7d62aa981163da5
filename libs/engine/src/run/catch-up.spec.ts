import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { catchUpGates, type Gate } from './catch-up.js';

async function isOpen(passed: Promise<void>): Promise<boolean> {
  let open = false;
  void passed.then(() => (open = true));
  await turn();
  return open;
}

describe('the gates of a fork that another run goes on with', () => {
  it('open when every branch has arrived, once or more often', async () => {
    const seen: string[] = [];
    const [first, second] = catchUpGates(2, undefined, () => seen.push('caught up')) as [Gate, Gate];
    expect(await isOpen(first())).toBe(false);
    expect(await isOpen(first())).toBe(false);
    expect(seen).toEqual([]);
    expect(await isOpen(second())).toBe(true);
    expect(await isOpen(first())).toBe(true);
    expect(seen).toEqual(['caught up']);
  });

  it('open only when the branches around the fork have arrived too', async () => {
    const seen: string[] = [];
    const [own, beside] = catchUpGates(2, undefined, () => seen.push('outer')) as [Gate, Gate];
    const [inner] = catchUpGates(1, own, () => seen.push('inner')) as [Gate];
    expect(await isOpen(inner())).toBe(false);
    void beside();
    expect(await isOpen(inner())).toBe(true);
    expect(seen).toEqual(['outer']);
  });
});
