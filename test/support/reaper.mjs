import { readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';

/**
 * Outlives the test run by a moment: its standard input closes when the run ends, however it ends (also by SIGKILL),
 * and it then stops the named processes, by id, and removes their directories.
 * Input: JSON lines `{"pid": 1, "signal": "SIGINT"}`, `{"forget": 1}` or `{"directory": "/tmp/x"}`.
 */
let processes = [];
const directories = [];

for (const ignored of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(ignored, () => {});
for await (const line of createInterface({ input: process.stdin })) {
  const entry = JSON.parse(line);
  if (entry.pid) processes.push(entry);
  if (entry.forget) processes = processes.filter(({ pid }) => pid !== entry.forget);
  if (entry.directory) directories.push(entry.directory);
}
for (const { pid, signal } of processes) signalTo(pid, signal);
const deadline = Date.now() + 10_000;
while (processes.some(({ pid }) => isAlive(pid)) && Date.now() < deadline) {
  await new Promise((resolve) => setTimeout(resolve, 25));
}
for (const { pid } of processes) signalTo(pid, 'SIGKILL');
for (const directory of directories) rmSync(directory, { recursive: true, force: true, maxRetries: 3 });

/** False when there is no such process. */
function signalTo(pid, signal) {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

/** A zombie has ended; in a container without an init process nobody collects it. */
function isAlive(pid) {
  if (!signalTo(pid, 0)) return false;
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return status.slice(status.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return true;
  }
}
