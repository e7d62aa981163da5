import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it, jest } from '@jest/globals';
import { locateSource } from './source-location.js';

/** A process that runs from its sources takes seconds to start on a busy machine. */
jest.setTimeout(120_000);

/** Stands in for a worker: starts an evaluation process, gives it work without end and says who it is. */
const WORKER = `
const { fork } = require('node:child_process');
const [url, ...execArgv] = process.argv.slice(1);
const child = fork(new URL(url), [String(process.pid)], { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
child.on('message', ({ ready }) => {
  if (!ready) return;
  const expression = '($f := function($n) { $n > 0 ? $f($n + 1) : 0 }; $f(1))';
  child.send({ id: 1, engine: 'jsonata', expression, source: 'null', outputBytes: 1 }, () => console.log(child.pid));
});`;

/** Ended, also when nobody has asked how. */
function isGone(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z') === true;
  } catch {
    return true;
  }
}

describe('the watchdog of an evaluation process', () => {
  it('ends an expression without end whose worker was killed', async () => {
    const { url, execArgv } = locateSource(import.meta.url, 'evaluation-child');
    const worker = spawn(process.execPath, ['-e', WORKER, '--', url.href, ...execArgv], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(worker.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    expect(isGone(pid)).toBe(false);
    worker.kill('SIGKILL');
    while (!isGone(pid)) await new Promise((resolve) => setTimeout(resolve, 100));
  });
});
