import type { ProcStat } from './parse-proc-stat.js';

/**
 * Clock ticks that a process and its children have used so far. Postgres' backends come and go: those that went are in
 * what the postmaster has reaped, so the sum never falls.
 */
export function treeTicks(processes: ReadonlyMap<number, ProcStat>, root: number): number {
  const top = processes.get(root);
  let ticks = top ? top.own + top.reaped : 0;
  for (const { parent, own, reaped } of processes.values()) if (parent === root) ticks += own + reaped;
  return ticks;
}
