import { inspect } from 'node:util';
import { StartFault } from './start-fault.js';

/** A started process: what ends it in an orderly way. */
export interface RunningProcess {
  /** Drains and closes everything; the process exits when it resolves. */
  close(): Promise<void>;
  /** Milliseconds after which the process exits even if `close` has not resolved. */
  closeWithinMs: number;
}

/** The oldest Node.js major that the pinned dependencies run on. */
const NODE_MAJOR = 24;

/**
 * Starts a process and ends it on SIGTERM, SIGINT, or when the parent that holds its IPC channel is gone. A fault
 * that its operator can mend is printed in plain words with exit code 78 (EX_CONFIG of sysexits.h); any other failed
 * start exits with 1.
 */
export async function runProcess(name: string, start: () => Promise<RunningProcess>): Promise<void> {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NODE_MAJOR) {
    say(`${name} needs Node.js ${NODE_MAJOR}, this is ${process.versions.node}. Start it with npm run start:${name}.`);
    process.exit(78);
  }
  // Heard from the beginning: a launcher may die while this process still starts.
  let orphaned = false;
  process.once('disconnect', () => (orphaned = true));
  let running: RunningProcess;
  try {
    running = await start();
  } catch (error) {
    say(error instanceof StartFault ? error.message : error);
    process.exit(error instanceof StartFault ? 78 : 1);
  }
  let closing = false;
  const close = () => {
    if (closing) return;
    closing = true;
    setTimeout(() => process.exit(1), running.closeWithinMs).unref();
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        say(error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
  process.on('disconnect', close);
  if (orphaned) close();
}

/** Standard error, as it is: there may be no logger yet, and the reader is the person who started the process. */
function say(what: unknown): void {
  process.stderr.write(`${typeof what === 'string' ? what : inspect(what)}\n`);
}
