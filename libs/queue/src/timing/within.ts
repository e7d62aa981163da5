/** A command got no answer in time; it may still take effect later. */
export class QueueTimeout extends Error {
  override readonly name = 'QueueTimeout';
}

/**
 * The outcome of `work`, or a rejection with {@link QueueTimeout} after `ms`. The work itself goes on: a late rejection
 * of it is swallowed, because somebody was already told.
 */
export function within<T>(ms: number, work: Promise<T>, what: string): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new QueueTimeout(`${what} was given up after ${ms} ms.`)), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
