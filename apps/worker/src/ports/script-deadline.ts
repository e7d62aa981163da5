import type { ScriptLimits } from './script-messages.js';

/** Processor and wall time of one run, counted from its creation. */
export interface ScriptDeadline {
  /** Looks at the clocks; once true it stays true, so a guest that catches the interruption gets no further. */
  isOver(): boolean;
  /** Which limit was met, for the script's author; null while none was. */
  reason(): string | null;
}

export function createScriptDeadline({ cpuMs, wallMs }: Pick<ScriptLimits, 'cpuMs' | 'wallMs'>): ScriptDeadline {
  const startedAt = performance.now();
  const cpuAtStart = threadCpuMs();
  let reason: string | null = null;
  const look = (): string | null => {
    const elapsed = performance.now() - startedAt;
    if (elapsed >= wallMs) return `the script ran longer than ${wallMs} ms`;
    // A thread cannot use more processor time than has passed, so the dearer clock is read only when it can matter.
    if (elapsed >= cpuMs && threadCpuMs() - cpuAtStart >= cpuMs)
      return `the script used more than ${cpuMs} ms of processor time`;
    return null;
  };
  return {
    isOver: () => (reason ??= look()) !== null,
    reason: () => reason,
  };
}

/** Before Node 23.9 there is no clock of one thread; wall time is then the stricter stand-in. */
function threadCpuMs(): number {
  if (typeof process.threadCpuUsage !== 'function') return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
