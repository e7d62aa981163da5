import { readFileSync } from 'node:fs';

/** Sends a signal to a process and to everything below it (Linux: proc(5)); those that are gone are left out. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  // A running parent would start more children behind our back.
  if (signal !== 'SIGCONT') signalTo(pid, 'SIGSTOP');
  const children = childrenOf(pid);
  if (signal !== 'SIGSTOP') signalTo(pid, signal);
  for (const child of children) signalTree(child, signal);
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone.
  }
}
