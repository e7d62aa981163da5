import type { Answer, ChildRole, Question } from './child-messages.js';

/**
 * What a process beside the benchmark can be: work whose processor time must be told apart, or must not wait for ours.
 * Loaded on demand: the load generator shall not carry BullMQ.
 */
const roles = {
  'load-generator': async () => (await import('./load/generate-load.js')).generateLoad,
  'effect-target': async () => (await import('./effect-target.js')).createEffectTarget(),
  'fastify-limit': async () => (await import('./limits/listen-with-fastify.js')).listenWithFastify,
  'postgres-limit': async () => (await import('./limits/commit-rows.js')).commitRows,
  signatures: async () => (await import('./signatures/measure-signatures.js')).measureSignatures,
  engine: async () => (await import('./engine/measure-engine.js')).measureEngine,
  'redis-limit': async () => (await import('./limits/pass-jobs.js')).passJobs,
} satisfies Record<ChildRole, () => Promise<unknown>>;

const role = await roles[process.argv[2] as ChildRole]();

process.on('disconnect', () => process.exit());
process.on('message', ({ id, order }: Question) => {
  const send = (answer: Answer) => process.send?.(answer);
  void Promise.resolve(role(order as never)).then(
    (result: unknown) => send({ id, result }),
    (error: unknown) => send({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.send?.({ id: 0 });
