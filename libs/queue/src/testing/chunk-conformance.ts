import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionJob, JobProducer } from '../contract.js';
import { chunkOf, eventually, Gate, jobOf, OpenParts, type Act, type QueueBackendUnderTest } from './queue-harness.js';

const enqueueAll = (producer: JobProducer, jobs: readonly ExecutionJob[]): Promise<unknown> =>
  Promise.all(jobs.map((job) => producer.enqueue(job)));

type Part = (parts: OpenParts, backend: () => QueueBackendUnderTest) => void;

/** What chunks and execution slots do on every backend. */
export function describeChunks(name: string, backend: () => QueueBackendUnderTest): void {
  describe(`chunks on ${name}`, () => {
    const parts = new OpenParts();

    beforeEach(() => backend().loseEverything());
    afterEach(() => parts.close());

    describeGathering(parts, backend);
    describeSlots(parts, backend);
    describeHandingOn(parts, backend);
    describeVanishing(parts, backend);
  });
}

const describeGathering: Part = (parts, backend) => {
  it('travel as one job, and late members as jobs of their own', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    await enqueueAll(producer, chunkOf('chunk', ['a', 'b', 'c'], 5));
    await enqueueAll(producer, chunkOf('chunk', ['d', 'e'], 5));
    const asked = ['chunk-chunk', 'a-0', 'b-0', 'c-0', 'd-0', 'e-0'];
    expect(await producer.findMissing(asked)).toEqual(['a-0', 'b-0', 'c-0']);
    const worker = await parts.worker(options, 3);
    await eventually(() => expect([...worker.ids].sort()).toEqual(['a', 'b', 'c', 'd', 'e']));
  });

  it('leave nothing behind when their members ended', async () => {
    const { options, remains } = backend();
    const producer = await parts.readyProducer(options);
    const worker = await parts.worker(options, 2);
    await enqueueAll(producer, chunkOf('chunk', ['a', 'b', 'c']));
    await eventually(() => expect(worker.handled).toHaveLength(3));
    await eventually(async () => expect(await remains()).toEqual([]));
    expect(worker.deliveries).toEqual(Array(3).fill({ redelivered: false, lastTry: false }));
  });

  it('do not wait for a job that was put off, which runs when its time has come and is held until then', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    await producer.enqueueLater(jobOf('tomorrow'), 86_400_000);
    await producer.enqueueLater(jobOf('soon'), 50);
    await enqueueAll(producer, chunkOf('chunk', ['a', 'b']));
    const worker = await parts.worker(options, 1);
    await eventually(() => expect([...worker.ids].sort()).toEqual(['a', 'b', 'soon']));
    expect(await producer.findMissing(['tomorrow-0'])).toEqual([]);
  });
};

const describeSlots: Part = (parts, backend) => {
  it('never run more executions at once than there are slots, together with single jobs', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer({ ...options, commandTimeoutMs: 10_000 });
    const chunks = [2, 7, 25, 3, 11].flatMap((size, index) =>
      chunkOf(
        `chunk${index}`,
        Array.from({ length: size }, (_, member) => `m${index}.${member}`),
      ),
    );
    const singles = Array.from({ length: 20 }, (_, index) => jobOf(`s${index}`, { urgent: index % 3 === 0 }));
    const jobs = [...chunks, ...singles];
    let turn = 0;
    // Some end at once, some are claimed first, some take a while.
    const act: Act = async (_, claimed) => {
      turn += 1;
      if (turn % 2 === 0) claimed();
      if (turn % 3 === 0) await sleep(turn % 5);
    };
    const worker = await parts.worker(options, 4, act);
    await enqueueAll(producer, jobs);
    await eventually(() => expect(worker.handled).toHaveLength(jobs.length));
    expect([...worker.ids].sort()).toEqual(jobs.map((job) => job.executionId).sort());
    expect(worker.most).toBe(4);
    await eventually(() => expect(worker.runningExecutions).toBe(0));
    expect(worker.errors).toEqual([]);
  });

  it('are not held back by a slow member once it is claimed, nor is the next job', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    const gate = new Gate();
    const worker = await parts.worker(options, 2, async ({ executionId }, claimed) => {
      if (executionId !== 'slow') return;
      claimed();
      await gate.passed;
    });
    await enqueueAll(producer, chunkOf('chunk', ['slow', 'b', 'c']));
    await eventually(async () => expect(await producer.findMissing(['chunk-chunk'])).toEqual(['chunk-chunk']));
    await producer.enqueue(jobOf('next'));
    await eventually(() => expect(worker.ids).toEqual(['slow', 'b', 'c', 'next']));
    await eventually(() => expect(worker.runningExecutions).toBe(1));
    gate.open();
    await eventually(() => expect(worker.runningExecutions).toBe(0));
  });

  it('leave other jobs to other workers while claimed executions fill every slot, and take one when a slot is free', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    const gates = { first: new Gate(), second: new Gate() };
    const busy = await parts.worker(options, 2, async ({ executionId }, claimed) => {
      claimed();
      if (executionId === 'first' || executionId === 'second') await gates[executionId].passed;
    });
    await enqueueAll(producer, chunkOf('chunk', ['first', 'second']));
    await eventually(() => expect(busy.ids).toEqual(['first', 'second']));
    await producer.enqueue(jobOf('theirs'));
    const other = await parts.worker(options, 1);
    await eventually(() => expect(other.ids).toEqual(['theirs']));
    await other.drain(5000);
    await producer.enqueue(jobOf('ours'));
    gates.first.open();
    await eventually(() => expect(busy.ids).toEqual(['first', 'second', 'ours']));
    expect(busy.taken).toEqual(['chunk-chunk', 'ours-0']);
    expect(busy.runningExecutions).toBe(1);
    gates.second.open();
  });
};

const describeHandingOn: Part = (parts, backend) => {
  it('hand on a member that fails, alone, and run its neighbours once', async () => {
    const { options, remains } = backend();
    const producer = await parts.readyProducer(options);
    let failures = 0;
    const worker = await parts.worker(options, 3, async ({ executionId }) => {
      if (executionId !== 'bad' || failures > 0) return;
      failures += 1;
      throw new Error('not today');
    });
    const members = chunkOf('chunk', ['a', 'bad', 'c']).map((job) => ({ ...job, attempt: 4 }));
    await enqueueAll(producer, members);
    await eventually(() => expect(worker.handled).toHaveLength(4));
    expect([...worker.ids].sort()).toEqual(['a', 'bad', 'bad', 'c']);
    expect(worker.handled[3]).toEqual({ executionId: 'bad', attempt: 4 });
    await eventually(async () => expect(await remains()).toEqual([]));
    expect(worker.errors).toEqual([]);
  });

  it('do not run a member again that fails after it was claimed, and report it', async () => {
    const { options, remains } = backend();
    const producer = await parts.readyProducer(options);
    const worker = await parts.worker(options, 2, async ({ executionId }, claimed) => {
      claimed();
      if (executionId !== 'a') throw new Error(`${executionId} is on the lease`);
    });
    await enqueueAll(producer, [...chunkOf('chunk', ['a', 'b']), jobOf('single')]);
    await eventually(() =>
      expect(worker.errors.map((error) => error.message).sort()).toEqual([
        'b is on the lease',
        'single is on the lease',
      ]),
    );
    await eventually(async () => expect(await remains()).toEqual([]));
    expect(worker.handled).toHaveLength(3);
  });

  it('hand on what finds no slot, so that another worker can run it', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    const gate = new Gate();
    const full = await parts.worker(options, 1, () => gate.passed);
    await enqueueAll(producer, chunkOf('chunk', ['slow', 'b', 'c']));
    await eventually(() => expect(full.ids).toEqual(['slow']));
    const other = await parts.worker(options, 2);
    await eventually(() => expect([...other.ids].sort()).toEqual(['b', 'c']));
    expect(full.ids).toEqual(['slow']);
    gate.open();
  });

  it('let a single job that finds no slot return to the queue', async () => {
    // The job below is taken past the worker's loop, so that nobody renews its lock.
    const options = { ...backend().options, lockMs: 10_000 };
    const producer = await parts.readyProducer(options);
    const gate = new Gate();
    const full = await parts.worker(options, 1, () => gate.passed);
    await producer.enqueue(jobOf('occupant'));
    await eventually(() => expect(full.ids).toEqual(['occupant']));
    await producer.enqueue(jobOf('single'));
    const taken = await full.worker.getNextJob('token', { block: false });
    expect(await full.process(taken).catch((error: Error) => error.name)).toBe('WaitingError');
    expect(full.ids).toEqual(['occupant']);
    const other = await parts.worker(options, 1);
    await eventually(() => expect(other.ids).toEqual(['single']));
    expect(other.deliveries).toEqual([{ redelivered: false, lastTry: false }]);
    gate.open();
  });
};

const describeVanishing: Part = (parts, backend) => {
  it('are handed to another worker, every member, when theirs vanished', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    const doomed = await parts.worker(options, 2, () => new Gate().passed);
    await enqueueAll(producer, chunkOf('chunk', ['a', 'b', 'c']));
    await eventually(() => expect(doomed.ids).toEqual(['a', 'b']));
    await doomed.close();
    const survivor = await parts.worker(options, 3);
    await eventually(() => expect([...survivor.ids].sort()).toEqual(['a', 'b', 'c']));
    expect(survivor.deliveries).toEqual(Array(3).fill({ redelivered: true, lastTry: false }));
  });

  it('drain by handing back members that wait, and waiting for those that run', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    const gate = new Gate();
    const worker = await parts.worker(options, 1, () => gate.passed);
    await enqueueAll(producer, chunkOf('chunk', ['a', 'b', 'c']));
    await eventually(() => expect(worker.ids).toEqual(['a']));
    let isDrained = false;
    const drained = worker.drain(20_000).then(() => (isDrained = true));
    await eventually(async () => expect(await producer.findMissing(['b-0', 'c-0'])).toEqual([]));
    expect(isDrained).toBe(false);
    gate.open();
    await drained;
    expect(worker.errors).toEqual([]);
    const other = await parts.worker(options, 1);
    await eventually(() => expect([...other.ids].sort()).toEqual(['b', 'c']));
    expect(worker.ids).toEqual(['a']);
  });

  it('drain by waiting for claimed executions, too, whose job is gone', async () => {
    const { options } = backend();
    const producer = await parts.readyProducer(options);
    const gate = new Gate();
    const worker = await parts.worker(options, 2, async (_, claimed) => {
      claimed();
      await gate.passed;
    });
    await producer.enqueue(jobOf('a'));
    await eventually(async () => expect(await producer.findMissing(['a-0'])).toEqual(['a-0']));
    let isDrained = false;
    const drained = worker.drain(20_000).then(() => (isDrained = true));
    await sleep(100);
    expect(isDrained).toBe(false);
    gate.open();
    await drained;
    expect(worker.runningExecutions).toBe(0);
    expect(worker.errors).toEqual([]);
  });
};
