import type { Json } from '#shared';
import type { Hookmill } from '../support/start-hookmill.js';

/** @returns false when executions still wait or run after `timeoutMs` */
export async function untilNothingIsOpen({ api }: Pick<Hookmill, 'api'>, timeoutMs: number): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline;) {
    const lists = await Promise.all(
      ['queued', 'started'].map((status) => api('GET', `/executions?status=${status}&limit=1`)),
    );
    if (lists.every(({ body }) => (body['items'] as Json[] | undefined)?.length === 0)) return true;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return false;
}
