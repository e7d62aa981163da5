import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Shutdown } from '../apps/local/src/shutdown.js';
import type { Answer, ChildRole, Question } from './child-messages.js';

/** A process beside the benchmark that does one kind of work. */
export interface Child<Order, Result> {
  pid: number;
  /** @throws Error with what went wrong there, or that the process ended */
  ask(order: Order): Promise<Result>;
  stop(): void;
}

/** Starts a process in one of the roles of `child.ts` and waits until it can be asked; it ends with us. */
export async function startChild<Order, Result>(role: ChildRole, shutdown: Shutdown): Promise<Child<Order, Result>> {
  const file = fileURLToPath(new URL('./child.js', import.meta.url));
  const child = fork(file, [role], { execArgv: ['--enable-source-maps'] });
  shutdown.add(() => void child.kill());
  const pending = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer: Answer) => pending.get(answer.id)?.(answer));
  child.once('exit', (code, signal) => {
    for (const [id, settle] of pending) settle({ id, error: `The ${role} ended (${signal ?? code}).` });
  });
  let asked = 0;
  const answerTo = async (id: number) => {
    const answer = await new Promise<Answer>((resolve) => pending.set(id, resolve));
    pending.delete(id);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result as Result;
  };
  await answerTo(0);
  return {
    pid: child.pid!,
    async ask(order) {
      const id = ++asked;
      const answer = answerTo(id);
      child.send({ id, order } satisfies Question);
      return await answer;
    },
    stop: () => void child.kill(),
  };
}
