import { cpus, loadavg, release, totalmem } from 'node:os';

/** The machine in one line; the load tells whether it had other work. */
export function machineLine(): string {
  const cores = cpus();
  const memory = Math.round(totalmem() / 1024 ** 3);
  const load = loadavg()[0]!.toFixed(1);
  return (
    `Node ${process.versions.node}, ${cores.length} x ${cores[0]?.model ?? 'unknown'}, ${memory} GiB, ` +
    `${process.platform} ${release()}, load before the start ${load}`
  );
}
