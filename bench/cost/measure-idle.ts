import { startCostMeter } from './cost-meter.js';

/** Milliseconds of processor time a second, by process, while nothing is sent; null where there is no /proc. */
export type IdleCost = Record<string, number>;

/** What polls, leases and heartbeats cost: they are in the costs of every run, and weigh most where little is sent. */
export async function measureIdle(pids: Readonly<Record<string, number>>, seconds: number): Promise<IdleCost | null> {
  const stopMeter = startCostMeter(pids);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const usages = stopMeter();
  return (
    usages &&
    Object.fromEntries(Object.entries(usages).map(([name, { cpuUs }]) => [name, cpuUs / 1000 / seconds] as const))
  );
}
