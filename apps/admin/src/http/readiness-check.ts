import type { ReadinessCheck } from '#shared';

const PING_TIMEOUT_MS = 1_000;

/** Pings a service; anybody may read the outcome, so addresses and users in the error stay out of it. */
export function readinessCheck(service: { ping(timeoutMs: number): Promise<void> }): ReadinessCheck {
  return async () => {
    await service.ping(PING_TIMEOUT_MS).catch(() => {
      throw new Error('it does not answer');
    });
  };
}
