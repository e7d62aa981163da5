import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobMember } from '../contract.js';
import { describeChunks } from './chunk-conformance.js';
import { describeOutages } from './outage-conformance.js';
import { eventually, jobOf, OpenParts, type QueueBackendUnderTest } from './queue-harness.js';

const never = (): Promise<void> => new Promise(() => undefined);

/** What the queue does on every backend. */
export function describeQueue(name: string, backend: () => QueueBackendUnderTest): void {
  describe(`the queue on ${name}`, () => {
    const parts = new OpenParts();

    beforeEach(() => backend().loseEverything());
    afterEach(() => parts.close());

    describeSettling(parts, backend);
    describeOrder(parts, backend);
    describeLooking(parts, backend);
    describeLeaving(parts, backend);
  });
  describeChunks(name, backend);
  describeOutages(name, backend);
}

type Part = (parts: OpenParts, backend: () => QueueBackendUnderTest) => void;

const describeSettling: Part = (parts, backend) => {
  it('runs a job with its data', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    const worker = await parts.worker(options, 1);
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await producer.enqueue(jobOf('a', { attempt: 2, dedupId: 'ff00', traceparent }));
    await eventually(() => expect(worker.handled).toEqual([{ executionId: 'a', attempt: 2, traceparent }]));
    await producer.enqueue(jobOf('b', { nodeTest: true }));
    await eventually(() => expect(worker.handled.at(-1)).toMatchObject({ executionId: 'b', nodeTest: true }));
  });

  it('runs every one of a thousand jobs that were enqueued at once', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer({ ...options, commandTimeoutMs: 10_000 });
    const worker = await parts.worker(options, 20);
    const ids = Array.from({ length: 1000 }, (_, index) => `e${index}`);
    await Promise.all(ids.map((id) => producer.enqueue(jobOf(id))));
    await eventually(() => expect(worker.handled).toHaveLength(1000));
    expect(new Set(worker.ids)).toEqual(new Set(ids));
  });

  it('leaves nothing behind of a job that completed', async () => {
    const { options, remains } = backend();
    const producer = await parts.readyProducer(options);
    const worker = await parts.worker(options, 1);
    await producer.enqueue(jobOf('a'));
    await eventually(() => expect(worker.ids).toEqual(['a']));
    await eventually(async () => expect(await remains()).toEqual([]));
  });

  it('tries a failing job again after growing pauses, and leaves nothing of it behind in the end', async () => {
    const { options, remains } = backend();
    const producer = await parts.readyProducer(options, { attempts: 3 });
    const times: number[] = [];
    const worker = await parts.worker(options, 1, async () => {
      times.push(Date.now());
      throw new Error('not today');
    });
    await producer.enqueue(jobOf('a'));
    await eventually(() => expect(times).toHaveLength(3));
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(450);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(950);
    expect(worker.deliveries.map((delivery) => delivery.lastTry)).toEqual([false, false, true]);
    expect(worker.deliveries.map((delivery) => delivery.redelivered)).toEqual([false, false, false]);
    await eventually(async () => expect(await remains()).toEqual([]));
  });

  it('runs an execution again when its job is enqueued after it settled', async () => {
    const { options, remains } = backend();
    const producer = await parts.readyProducer(options);
    const worker = await parts.worker(options, 1);
    await producer.enqueue(jobOf('a'));
    await eventually(async () => expect(worker.ids).toEqual(['a']));
    await eventually(async () => expect(await remains()).toEqual([]));
    await producer.enqueue(jobOf('a'));
    await eventually(() => expect(worker.ids).toEqual(['a', 'a']));
  });
};

const describeOrder: Part = (parts, backend) => {
  it('runs a job once that is enqueued twice while it waits', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    await producer.enqueue(jobOf('a'));
    await Promise.all([producer.enqueue(jobOf('a')), producer.enqueue(jobOf('b'))]);
    const worker = await parts.worker(options, 1);
    await eventually(() => expect(worker.ids).toContain('b'));
    await sleep(100);
    expect(worker.ids).toEqual(['a', 'b']);
  });

  it('lets an urgent job overtake those that wait', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    for (const id of ['a', 'b', 'c']) await producer.enqueue(jobOf(id));
    await producer.enqueue(jobOf('urgent', { urgent: true }));
    const worker = await parts.worker(options, 1);
    await eventually(() => expect(worker.ids).toEqual(['urgent', 'a', 'b', 'c']));
  });

  it('lets urgent jobs keep their order: the sender that waits longest is the next', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    await producer.enqueue(jobOf('a'));
    for (const id of ['first', 'second', 'third']) await producer.enqueue(jobOf(id, { urgent: true }));
    const worker = await parts.worker(options, 1);
    await eventually(() => expect(worker.ids).toEqual(['first', 'second', 'third', 'a']));
  });

  it('runs no more jobs at once than the worker takes', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    let running = 0;
    let most = 0;
    const worker = await parts.worker(options, 3, async () => {
      most = Math.max(most, (running += 1));
      await sleep(30);
      running -= 1;
    });
    await Promise.all(Array.from({ length: 12 }, (_, index) => producer.enqueue(jobOf(`e${index}`))));
    await eventually(() => expect(worker.handled).toHaveLength(12));
    expect(most).toBe(3);
  });
};

const describeLooking: Part = (parts, backend) => {
  it('tells waiting, active and delayed jobs from lost ones', async () => {
    const { options, loseEverything } = backend();
    const producer = await parts.readyProducer(options);
    const act = ({ executionId }: JobMember) =>
      executionId === 'delayed' ? Promise.reject(new Error('again later')) : never();
    const worker = await parts.worker(options, 1, act);
    // In this order: the failing one must be in its pause while the other occupies the worker.
    await producer.enqueue(jobOf('delayed'));
    await producer.enqueue(jobOf('active'));
    await eventually(() => expect(worker.ids).toEqual(['delayed', 'active']));
    await producer.enqueue(jobOf('waiting'));
    const asked = ['lost-0', 'waiting-0', 'active-0', 'delayed-0', 'waiting-1'];
    expect(await producer.findMissing(asked)).toEqual(['lost-0', 'waiting-1']);
    await loseEverything();
    expect(await producer.findMissing(asked)).toEqual(asked);
    expect(await producer.findMissing([])).toEqual([]);
  });
};

const describeLeaving: Part = (parts, backend) => {
  it('drains by waiting for running jobs and taking no others', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    let finished = 0;
    const worker = await parts.worker(options, 1, async () => {
      await sleep(300);
      finished += 1;
    });
    await producer.enqueue(jobOf('a'));
    await eventually(() => expect(worker.ids).toEqual(['a']));
    await producer.enqueue(jobOf('b'));
    await worker.drain(5000);
    expect(finished).toBe(1);
    await sleep(400);
    expect(worker.ids).toEqual(['a']);
    expect(await producer.findMissing(['a-0', 'b-0'])).toEqual(['a-0']);
  });

  it('drains at once when nothing runs', async () => {
    const worker = await parts.worker(backend().options, 1);
    await worker.drain(5000);
    expect(worker.errors).toEqual([]);
  });

  it('stops waiting for a job that does not end', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    const worker = await parts.worker(options, 1, never);
    await producer.enqueue(jobOf('a'));
    await eventually(() => expect(worker.ids).toEqual(['a']));
    await worker.drain(200);
    expect(worker.errors).toHaveLength(1);
  });

  it('hands the job of a worker that vanished to another one, however often that happens', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    await producer.enqueue(jobOf('a'));
    for (let lost = 0; lost < 2; lost += 1) {
      const doomed = await parts.worker(options, 1, never);
      await eventually(() => expect(doomed.ids).toEqual(['a']));
      await doomed.close();
    }
    const survivor = await parts.worker(options, 1);
    await eventually(() => expect(survivor.ids).toEqual(['a']));
    expect(survivor.deliveries).toEqual([{ redelivered: true, lastTry: false }]);
  });
};
