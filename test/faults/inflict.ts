import { setTimeout as sleep } from 'node:timers/promises';
import type { BreakableApp } from './breakable-app.js';
import type { BreakableHookmill } from './breakable-hookmill.js';
import type { FaultKind, PlannedFault } from './schedule.js';

/** A fault that is over: everything is ready again. */
export interface InflictedFault {
  kind: FaultKind;
  /** Names of the processes it hit. */
  targets: string[];
  /** Epoch milliseconds. */
  startedAt: number;
  endedAt: number;
}

type Inflict = (installation: BreakableHookmill, planned: PlannedFault) => Promise<string[]>;

const away = (
  choose: (installation: BreakableHookmill, which: number) => BreakableApp[],
  how: 'kill' | 'terminate',
) => {
  return async (installation: BreakableHookmill, { lasts, which }: PlannedFault) => {
    const apps = choose(installation, which);
    await Promise.all(apps.map((app) => app[how]()));
    await sleep(lasts);
    await Promise.all(apps.map((app) => app.start()));
    return apps.map(({ name }) => name);
  };
};
const oneWorker = ({ workers }: BreakableHookmill, which: number) => [workers[which]!];
const oneGateway = ({ gateways }: BreakableHookmill, which: number) => [gateways[which]!];

const FAULTS: Record<FaultKind, Inflict> = {
  'kill-worker': away(oneWorker, 'kill'),
  'kill-gateway': away(oneGateway, 'kill'),
  'no-workers': away(({ workers }) => workers, 'kill'),
  'stop-worker': away(oneWorker, 'terminate'),
  'stop-gateway': away(oneGateway, 'terminate'),
  'stop-admin': away(({ admin }) => [admin], 'terminate'),
  'kill-redis': async ({ redis }, { lasts }) => {
    redis.kill();
    await sleep(lasts);
    await redis.restart();
    return ['redis'];
  },
  'kill-postgres': async ({ postgres }, { lasts }) => {
    await postgres.kill();
    await sleep(lasts);
    await postgres.restart();
    return ['postgres'];
  },
  'pause-redis': ({ redis }, { lasts }) => paused(redis, 'redis', lasts),
  'pause-postgres': ({ postgres }, { lasts }) => paused(postgres, 'postgres', lasts),
  'pause-worker': ({ workers }, { lasts, which }) => paused(workers[which]!, workers[which]!.name, lasts),
};

async function paused(part: { pause(): void; resume(): void }, name: string, lasts: number): Promise<string[]> {
  part.pause();
  await sleep(lasts);
  part.resume();
  return [name];
}

/** Breaks something, waits, and mends it. @throws Error when it does not come back */
export async function inflict(installation: BreakableHookmill, planned: PlannedFault): Promise<InflictedFault> {
  const startedAt = Date.now();
  const targets = await FAULTS[planned.kind](installation, planned);
  return { kind: planned.kind, targets, startedAt, endedAt: Date.now() };
}
