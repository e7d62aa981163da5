import { describe, expect, it } from '@jest/globals';
import type { QueuedExecution } from '#storage';
import { dispatcherParts, queuedExecution } from '../testing/dispatcher-parts.js';
import { Dispatcher } from './dispatcher.js';

const backlogOf = (length: number) => Array.from({ length }, (_, number) => queuedExecution(number));

/** Where each page began, and a dispatcher over them. */
function dispatcherOver(backlog: QueuedExecution[], isHeld: () => boolean) {
  const pages: (string | null)[] = [];
  const parts = dispatcherParts({
    dispatch: {
      findQueued: async (_olderThan, after, limit) => {
        pages.push(after);
        return backlog.filter((execution) => after === null || execution.id > after).slice(0, limit);
      },
    },
    producer: { findMissing: async (ids) => (isHeld() ? [] : [...ids]) },
  });
  return { dispatcher: new Dispatcher(parts), parts, pages };
}

describe('Dispatcher', () => {
  it('takes its time over a backlog that the queue holds, and begins anew at its end', async () => {
    const { dispatcher, pages } = dispatcherOver(backlogOf(1_500), () => true);
    expect([await dispatcher.pass(), await dispatcher.pass(), await dispatcher.pass()]).toEqual([false, false, false]);
    expect(pages).toEqual([null, '00000999', null]);
  });

  it('goes on at once while the queue lacks what it is asked for', async () => {
    const { dispatcher, parts } = dispatcherOver(backlogOf(1_500), () => false);
    expect([await dispatcher.pass(), await dispatcher.pass()]).toEqual([true, false]);
    expect(parts.enqueued).toHaveLength(1_500);
  });

  it('looks at the same page again when the queue could not be asked', async () => {
    let isAway = true;
    const { dispatcher, pages } = dispatcherOver(backlogOf(1_500), () => {
      if (isAway) throw new Error('away');
      return true;
    });
    await dispatcher.pass();
    isAway = false;
    await dispatcher.pass();
    await dispatcher.pass();
    expect(pages).toEqual([null, null, '00000999']);
  });

  it('looks at everything else in spite of a fault in one look', async () => {
    const away = async () => {
      throw new Error('away');
    };
    const looks = ['resumeDue', 'findLost', 'findExpired', 'findQueued'] as const;
    for (const failing of looks) {
      const looked: string[] = [];
      const noting = (name: string) => async () => {
        looked.push(name);
        return [];
      };
      const dispatch = Object.fromEntries(looks.map((name) => [name, name === failing ? away : noting(name)]));
      expect(await new Dispatcher(dispatcherParts({ dispatch })).pass()).toBe(false);
      expect(looked).toEqual(looks.filter((name) => name !== failing));
    }
  });
});
