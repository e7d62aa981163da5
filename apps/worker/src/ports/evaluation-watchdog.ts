import { parentPort, workerData } from 'node:worker_threads';

/** How soon an evaluation ends whose worker process is gone. Milliseconds. */
const CHECK = 1_000;

/**
 * A thread of an evaluation process: ends it when its worker was killed. The process itself hears nothing while it
 * evaluates, and an expression without end would keep a core busy for ever.
 */
const { workerPid } = workerData as { workerPid: number };
setInterval(() => {
  if (process.ppid !== workerPid) process.kill(process.pid, 'SIGKILL');
}, CHECK);
parentPort?.postMessage('watching');
