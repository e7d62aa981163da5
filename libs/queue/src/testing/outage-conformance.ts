import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, jobOf, OpenParts, type QueueBackendUnderTest } from './queue-harness.js';
import { woken } from './reply-conformance.js';

/** Tells being late on a loaded machine from waiting for the server's return, which would be for ever here. */
const SLACK_MS = 5_000;

/** What the queue does while its server is away, and after. */
export function describeOutages(name: string, backend: () => QueueBackendUnderTest): void {
  describe(`an outage of ${name}`, () => {
    const parts = new OpenParts();

    beforeEach(() => backend().loseEverything());
    afterEach(async () => {
      // Connections that a test left dead would hold up their closing.
      await backend().proxy.cut();
      await backend().proxy.restore();
      await parts.close();
    });

    const refusesInTime = async (command: () => Promise<unknown>, limitMs: number): Promise<void> => {
      const started = Date.now();
      await expect(command()).rejects.toThrow();
      expect(Date.now() - started).toBeLessThan(limitMs + SLACK_MS);
    };

    it.each(['down', 'frozen'])(
      'has commands refused in time when it is %s, and served again afterwards',
      async (fault) => {
        const { options, proxied, proxy } = backend();
        const producer = await parts.readyProducer(proxied);
        if (fault === 'down') await proxy.cut();
        else proxy.freeze();
        await refusesInTime(() => producer.enqueue(jobOf('a')), proxied.commandTimeoutMs);
        await refusesInTime(() => producer.findMissing(['a-0']), proxied.commandTimeoutMs);
        await refusesInTime(() => producer.ping(100), 100);
        await proxy.restore();
        await eventually(() => producer.enqueue(jobOf('b')));
        const worker = await parts.worker(options, 1);
        await eventually(() => expect(worker.ids).toContain('b'));
      },
    );

    it('that leaves connections dead without closing them is survived by a producer', async () => {
      const { proxied, proxy } = backend();
      const producer = await parts.readyProducer(proxied);
      proxy.abandon();
      // A pool may happen to open a new connection for the first command already.
      await producer.enqueue(jobOf('a')).catch(() => undefined);
      await eventually(() => producer.enqueue(jobOf('b')));
      await eventually(async () => expect(await producer.findMissing(['b-0'])).toEqual([]));
    });

    it('refuses a crowd as quickly as one', async () => {
      const { proxied, proxy } = backend();
      const producer = await parts.readyProducer(proxied);
      proxy.freeze();
      const started = Date.now();
      const crowd = await Promise.allSettled(
        Array.from({ length: 1000 }, (_, index) => producer.enqueue(jobOf(`e${index}`))),
      );
      expect(Date.now() - started).toBeLessThan(proxied.commandTimeoutMs + SLACK_MS);
      expect(new Set(crowd.map((result) => result.status))).toEqual(new Set(['rejected']));
    });

    it('does not hold up the shutdown of a producer', async () => {
      const { proxied, proxy } = backend();
      const producer = await parts.readyProducer(proxied);
      proxy.freeze();
      void producer.enqueue(jobOf('a')).catch(() => undefined);
      const started = Date.now();
      await producer.close();
      expect(Date.now() - started).toBeLessThan(3 * proxied.commandTimeoutMs + SLACK_MS);
    });

    it('is survived by a worker', async () => {
      const { options, proxied, proxy } = backend();
      const producer = await parts.readyProducer(options);
      const worker = await parts.worker(proxied, 2);
      await producer.enqueue(jobOf('before'));
      await eventually(() => expect(worker.ids).toContain('before'));
      await proxy.cut();
      await producer.enqueue(jobOf('during'));
      await proxy.restore();
      await eventually(() => expect(worker.ids).toContain('during'));
      await producer.enqueue(jobOf('after'));
      await eventually(() => expect(worker.ids).toContain('after'));
    });

    it('that leaves connections dead without closing them is survived by a worker', async () => {
      const { options, proxied, proxy } = backend();
      const producer = await parts.readyProducer(options);
      const worker = await parts.worker(proxied, 2);
      await producer.enqueue(jobOf('before'));
      await eventually(() => expect(worker.ids).toContain('before'));
      proxy.abandon();
      await producer.enqueue(jobOf('after'));
      await eventually(() => expect(worker.ids).toContain('after'));
    });

    it('is survived by both ends of the reply channel', async () => {
      const { proxied, proxy } = backend();
      const [gateway, other] = [parts.channel(proxied), parts.channel(proxied)];
      await gateway.start();
      await proxy.cut();
      await expect(other.publish(gateway.instance, 'lost')).resolves.toBeUndefined();
      await proxy.restore();
      const heard = woken(gateway, 'found');
      const repeat = setInterval(() => void other.publish(gateway.instance, 'found'), 50);
      await heard.finally(() => clearInterval(repeat));
    });

    it('does not keep a reply channel from starting', async () => {
      const { proxied, proxy } = backend();
      await proxy.cut();
      const channel = parts.channel(proxied);
      const started = Date.now();
      await channel.start();
      expect(Date.now() - started).toBeLessThan(proxied.commandTimeoutMs + SLACK_MS);
      await proxy.restore();
      const heard = woken(channel, 'found');
      const repeat = setInterval(() => void channel.publish(channel.instance, 'found'), 50);
      await heard.finally(() => clearInterval(repeat));
    });
  });
}
