import { writeFileSync } from 'node:fs';
import { readProcFile, readProcesses } from './read-processes.js';
import { treeTicks } from './tree-ticks.js';

/** What one process (with its children) used between start and stop of a meter. */
export interface Usage {
  /** Processor time, user and system, in microseconds; the clock ticks 100 times a second. */
  cpuUs: number;
  /** System calls that write, to files and sockets, without those of children. Depends little on the machine. */
  writes: number;
  /** Largest resident memory in MB, without that of children. */
  peakMb: number;
}

/** Usage by process name. */
export type Usages = Record<string, Usage>;

/** USER_HZ: the unit of /proc whatever the kernel ticks at (proc(5)). */
const US_PER_TICK = 10_000;

/**
 * Starts to count.
 * @param pids by name
 * @returns the usage since then, when called; null where there is no /proc
 */
export function startCostMeter(pids: Readonly<Record<string, number>>): () => Usages | null {
  for (const pid of Object.values(pids)) forgetPeak(pid);
  const before = readCounters(pids);
  return () => {
    const after = readCounters(pids);
    const usages: Usages = {};
    for (const [name, { ticks, writes, peakMb }] of Object.entries(after)) {
      const from = before[name]!;
      usages[name] = { cpuUs: (ticks - from.ticks) * US_PER_TICK, writes: writes - from.writes, peakMb };
    }
    return Object.values(after).some(({ ticks }) => ticks > 0) ? usages : null;
  };
}

function readCounters(pids: Readonly<Record<string, number>>) {
  const processes = readProcesses();
  const counters: Record<string, { ticks: number; writes: number; peakMb: number }> = {};
  for (const [name, pid] of Object.entries(pids)) {
    counters[name] = {
      ticks: treeTicks(processes, pid),
      writes: numberIn(readProcFile(pid, 'io'), /^syscw: (\d+)$/m),
      peakMb: Math.round(numberIn(readProcFile(pid, 'status'), /^VmHWM:\s+(\d+) kB$/m) / 1024),
    };
  }
  return counters;
}

function numberIn(text: string | null, pattern: RegExp): number {
  return Number(pattern.exec(text ?? '')?.[1] ?? 0);
}

/** Lets the peak begin anew (proc(5), clear_refs 5); where that is refused, it is the peak of the process' life. */
function forgetPeak(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
  } catch {
    // The peak is then too high, never too low.
  }
}
