import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReplyChannel } from '../contract.js';

export interface ReplyHarness {
  /** A channel that can reach every other one of this harness; not started. */
  create(): ReplyChannel;
  /** Sends a raw message to an instance, past the channel; null when there is no network to forge on. */
  forge: ((instance: string, message: string) => Promise<void>) | null;
}

const SILENCE_MS = 150;

/** Resolves when the listener for `executionId` is woken; rejects after 5 s. */
export function woken(channel: ReplyChannel, executionId: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${executionId} was not woken.`)), 5000);
    const leave = channel.listen(executionId, () => {
      clearTimeout(timer);
      leave();
      resolve();
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
      const heard = woken(gateway, 'one');
      await worker.publish(gateway.instance, 'one');
      await expect(heard).resolves.toBeUndefined();
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
