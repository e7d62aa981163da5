import type { Json } from '#shared';
import type { AppProcess } from '../../apps/local/src/app-process.js';
import { eventually } from '../support/eventually.js';
import { startBreakableHookmill } from './breakable-hookmill.js';
import type { BreakableHookmill } from './breakable-hookmill.js';
import { startBoundaryProxy } from './boundary-proxy.js';
import type { BoundaryTrap } from './boundary-trap.js';
import { startOutsideWorld } from './outside-world.js';
import type { OutsideWorld } from './outside-world.js';

/** An installation whose workers reach Postgres through proxies, and are replaced when they are killed. */
export interface CrashRig {
  hookmill: BreakableHookmill['hookmill'];
  outside: OutsideWorld;
  /** Calls the management API. @throws Error on a refusal */
  ask(method: string, path: string, body?: Json): Promise<Record<string, Json>>;
  /** Watches, or kills, the next execution. */
  set(trap: BoundaryTrap | null): void;
  /** Until there are workers again: one to be killed, one to take over. */
  manned(): Promise<void>;
  stop(): Promise<void>;
}

/** Short leases, for every kill is followed by one that runs out; long enough not to run out on a busy machine. */
const TIMES = {
  DISPATCH_STRANDED_AFTER: '500ms',
  LEASE_TTL: '2s',
  QUEUE_LOCK: '1s',
  HTTP_ALLOW_PRIVATE: '127.0.0.0/8',
  LOG_LEVEL: 'warn',
};
/** One to be killed, one to take over, and one that starts meanwhile. */
const WORKERS = 3;
const NEEDED = 2;

export async function startCrashRig(): Promise<CrashRig> {
  const installation = await startBreakableHookmill({ gateways: 1, workers: 0, env: TIMES });
  const { hookmill } = installation;
  const state: RigState = { trap: null, alive: new Set(), stopping: false, fault: null };
  const lanes: Promise<void>[] = [];
  const outside = await startOutsideWorld(() => state.trap);
  const rig: CrashRig = {
    hookmill,
    outside,
    ask: async (method, path, body) => {
      const answer = await hookmill.api(method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    },
    set: (trap) => (state.trap = trap),
    manned: async () => {
      await eventually(
        () => state.fault ?? state.alive.size,
        (found) => typeof found === 'string' || found >= NEEDED,
        60_000,
      );
      if (state.fault) throw new Error(state.fault);
    },
    stop: async () => {
      state.stopping = true;
      outside.close();
      for (const worker of state.alive) void worker.stop(true);
      await Promise.all(lanes);
      await installation.stop();
    },
  };
  for (let count = 0; count < WORKERS; count += 1) lanes.push(keepWorker(hookmill, state));
  await rig.manned();
  return rig;
}

interface RigState {
  trap: BoundaryTrap | null;
  alive: Set<AppProcess>;
  stopping: boolean;
  /** A worker could not be started. */
  fault: string | null;
}

/** One worker after the other. */
async function keepWorker(hookmill: CrashRig['hookmill'], state: RigState): Promise<void> {
  try {
    while (!state.stopping) await keepOne(hookmill, state);
  } catch (error) {
    if (!state.stopping) state.fault = (error as Error).message;
  }
}

/** A worker until it is killed, which may be before it says that it is ready. */
async function keepOne(hookmill: CrashRig['hookmill'], state: RigState): Promise<void> {
  let worker: AppProcess | null = null;
  let killed = false;
  const kill = () => {
    killed = true;
    void worker?.stop(true);
    // What it sent a moment ago may still be on its way: a dead worker says nothing.
    proxy.close();
  };
  const proxy = await startBoundaryProxy({ databaseUrl: hookmill.databaseUrl, trap: () => state.trap, kill });
  const onSpawn = (spawned: AppProcess) => void (worker = spawned);
  try {
    const ready = await hookmill.start('worker', { env: { DATABASE_URL: proxy.url }, onSpawn });
    state.alive.add(ready);
    if (state.stopping) void ready.stop(true);
    await ready.ended;
    state.alive.delete(ready);
  } catch (error) {
    if (!killed) throw error;
  } finally {
    proxy.close();
  }
}
