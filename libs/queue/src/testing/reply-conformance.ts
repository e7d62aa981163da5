import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplyChannel } from '../contract.js';

export interface ReplyHarness {
  /** Bytes of the longest message, its id and the line break included. */
  mostBytes: number;
  /** A channel that can reach every other one of this harness; not started. */
  create(): ReplyChannel;
  /** Sends a raw message to an instance, past the channel; null when there is no network to forge on. */
  forge: ((instance: string, message: string) => Promise<void>) | null;
}

const SILENCE_MS = 150;
const BETWEEN_TRIES_MS = 10;

/** Resolves with the text that woke the listener for `executionId`; rejects after 5 s. */
export function woken(channel: ReplyChannel, executionId: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${executionId} was not woken.`)), 5000);
    const leave = channel.listen(executionId, (text) => {
      clearTimeout(timer);
      leave();
      resolve(text);
    });
  });
}

/** What every reply channel does. */
export function describeReplyChannel(name: string, harness: () => ReplyHarness): void {
  describe(`the reply channel of ${name}`, () => {
    const open: ReplyChannel[] = [];
    const started = async (): Promise<ReplyChannel> => {
      const channel = harness().create();
      open.push(channel);
      await channel.start();
      return channel;
    };

    afterEach(async () => {
      await Promise.all(open.splice(0).map((channel) => channel.close()));
    });

    it('wakes the listener of the execution, and no other', async () => {
      const [gateway, worker] = [await started(), await started()];
      let others = 0;
      gateway.listen('other', () => (others += 1));
      const heard = woken(gateway, 'one');
      await worker.publish(gateway.instance, 'one');
      await heard;
      await sleep(SILENCE_MS);
      expect(others).toBe(0);
    });

    it('lets a process that only publishes go without a start', async () => {
      const gateway = await started();
      const worker = harness().create();
      open.push(worker);
      let isHeard = false;
      const heard = woken(gateway, 'one').finally(() => (isHeard = true));
      heard.catch(() => undefined);
      // A message may be lost while the connection comes up on a busy machine: the next one finds it.
      while (!isHeard) {
        await worker.publish(gateway.instance, 'one');
        await sleep(BETWEEN_TRIES_MS);
      }
      await expect(heard).resolves.toBeNull();
    });

    it('brings a text along as it is', async () => {
      const [gateway, worker] = [await started(), await started()];
      const texts = ['{"status":200}', '', 'zwei\nZeilen\n', '\u{1f40c}\'";\\', 'x'.repeat(7000)];
      for (const [index, text] of texts.entries()) {
        const heard = woken(gateway, `e${index}`);
        await worker.publish(gateway.instance, `e${index}`, text);
        await expect(heard).resolves.toBe(text);
      }
    });

    it('wakes without a text that is too long or could not arrive as it is, and spares its neighbours', async () => {
      const [gateway, worker] = [await started(), await started()];
      const texts = ['ä'.repeat(40_000), 'a\0b', '\ud800', 'good'];
      const heard = Promise.all(texts.map((_, index) => woken(gateway, `e${index}`)));
      await Promise.all(texts.map((text, index) => worker.publish(gateway.instance, `e${index}`, text)));
      await expect(heard).resolves.toEqual([null, null, null, 'good']);
    });

    it('brings a text along up to its limit', async () => {
      const [gateway, worker] = [await started(), await started()];
      const most = harness().mostBytes - 'one\n'.length;
      const fits = woken(gateway, 'one');
      await worker.publish(gateway.instance, 'one', 'x'.repeat(most));
      expect((await fits)?.length).toBe(most);
      const tooLong = woken(gateway, 'one');
      await worker.publish(gateway.instance, 'one', 'x'.repeat(most + 1));
      await expect(tooLong).resolves.toBeNull();
    });

    it('keeps instances apart', async () => {
      const [first, second] = [await started(), await started()];
      let wrong = 0;
      second.listen('one', () => (wrong += 1));
      const heard = woken(first, 'one');
      await second.publish(first.instance, 'one');
      await heard;
      await sleep(SILENCE_MS);
      expect(wrong).toBe(0);
      expect(first.instance).not.toBe(second.instance);
    });

    it('does not wake who left', async () => {
      const channel = await started();
      let calls = 0;
      const leave = channel.listen('one', () => (calls += 1));
      leave();
      await channel.publish(channel.instance, 'one');
      await sleep(SILENCE_MS);
      expect(calls).toBe(0);
    });

    it('never rejects a publish, whoever it is for', async () => {
      const channel = await started();
      await expect(channel.publish('', 'one')).resolves.toBeUndefined();
      await expect(channel.publish('"; select 1; --', 'one')).resolves.toBeUndefined();
      await expect(channel.publish(`g${'0'.repeat(32)}`, 'one')).resolves.toBeUndefined();
    });

    it('wakes 1,000 listeners with 1,000 messages', async () => {
      const [gateway, worker] = [await started(), await started()];
      const ids = Array.from({ length: 1000 }, (_, index) => `execution-${index}`);
      const heard = Promise.all(ids.map((id) => woken(gateway, id)));
      await Promise.all(ids.map((id) => worker.publish(gateway.instance, id)));
      await expect(heard).resolves.toHaveLength(1000);
    });

    it('is not harmed by forged messages', async () => {
      const { forge } = harness();
      const gateway = await started();
      let wrong = 0;
      gateway.listen('one', () => (wrong += 1));
      for (const message of ['', 'two', '{"executionId":"one"}', '__proto__', 'x'.repeat(7000)]) {
        await (forge ?? gateway.publish.bind(gateway))(gateway.instance, message);
      }
      const heard = woken(gateway, 'last');
      await gateway.publish(gateway.instance, 'last');
      await heard;
      expect(wrong).toBe(0);
    });
  });
}
