import { readFileSync, readdirSync } from 'node:fs';
import { parseProcStat } from './parse-proc-stat.js';
import type { ProcStat } from './parse-proc-stat.js';

/** All processes of the machine by id; empty where there is no /proc. */
export function readProcesses(): Map<number, ProcStat> {
  const processes = new Map<number, ProcStat>();
  for (const pid of listPids()) {
    const text = readProcFile(pid, 'stat');
    if (text !== null) processes.set(pid, parseProcStat(text));
  }
  return processes;
}

/** A file of `/proc/<pid>`; null when the process is gone, is not ours to look at, or there is no /proc. */
export function readProcFile(pid: number, name: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return null;
  }
}

function listPids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger);
  } catch {
    return [];
  }
}
