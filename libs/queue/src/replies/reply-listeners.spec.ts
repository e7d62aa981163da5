import { describe, expect, it } from '@jest/globals';
import { ReplyListeners } from './reply-listeners.js';

describe('the listeners for replies', () => {
  it('wake everyone who waits for the execution', () => {
    const listeners = new ReplyListeners();
    const woken: string[] = [];
    listeners.add('a', () => woken.push('first'));
    listeners.add('a', () => woken.push('second'));
    listeners.add('b', () => woken.push('other'));
    listeners.deliver('a');
    expect(woken).toEqual(['first', 'second']);
  });

  it('pass the text on that the message brought, or null', () => {
    const listeners = new ReplyListeners();
    const texts: (string | null)[] = [];
    listeners.add('a', (text) => texts.push(text));
    listeners.deliver('a\n{"n":1}\n');
    listeners.deliver('a');
    expect(texts).toEqual(['{"n":1}\n', null]);
  });

  it('keep nothing of an execution that nobody waits for any more', () => {
    const listeners = new ReplyListeners();
    const leave = listeners.add('a', () => undefined);
    leave();
    leave();
    expect(listeners.size).toBe(0);
  });

  it('count the same function twice when it was added twice', () => {
    const listeners = new ReplyListeners();
    let calls = 0;
    const wake = () => (calls += 1);
    const leave = listeners.add('a', wake);
    listeners.add('a', wake);
    leave();
    listeners.deliver('a');
    expect(calls).toBe(1);
  });

  it('are not disturbed by a late leave of an earlier wait', () => {
    const listeners = new ReplyListeners();
    const leave = listeners.add('a', () => undefined);
    leave();
    let woken = false;
    listeners.add('a', () => (woken = true));
    leave();
    listeners.deliver('a');
    expect(woken).toBe(true);
  });

  it('let a listener leave while it is woken', () => {
    const listeners = new ReplyListeners();
    const woken: string[] = [];
    const leave = listeners.add('a', () => {
      woken.push('first');
      leave();
    });
    listeners.add('a', () => woken.push('second'));
    listeners.deliver('a');
    listeners.deliver('a');
    expect(woken).toEqual(['first', 'second', 'second']);
  });

  it('ignore messages that name nobody', () => {
    const listeners = new ReplyListeners();
    listeners.deliver(undefined);
    listeners.deliver('__proto__');
    expect(listeners.size).toBe(0);
  });
});
