import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AppProcess } from '../../apps/local/src/app-process.js';
import { eventually } from '../support/eventually.js';
import { startBreakableHookmill } from './breakable-hookmill.js';
import type { BreakableHookmill } from './breakable-hookmill.js';
import { startBoundaryProxy } from './boundary-proxy.js';
import type { BoundaryTrap } from './boundary-trap.js';

/** Calls of one node. */
export interface CrashCalls {
  calls: number;
  keys: Set<string>;
}

/** An installation whose workers reach Postgres through proxies, and are replaced when they are killed. */
export interface CrashRig {
  hookmill: BreakableHookmill['hookmill'];
  /** Calls that the witness got from an execution, by node. */
  callsOf(executionId: string): Map<string, CrashCalls>;
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

/** @param document is given the witness's URL and applied */
export async function startCrashRig(
  document: (url: string) => Parameters<CrashRig['hookmill']['apply']>[0],
): Promise<CrashRig> {
  const installation = await startBreakableHookmill({ gateways: 1, workers: 0, env: TIMES });
  const { hookmill } = installation;
  const seen = new Map<string, Map<string, CrashCalls>>();
  const state: RigState = { trap: null, seen, alive: new Set(), stopping: false, fault: null };
  const lanes: Promise<void>[] = [];
  const witness = await startWitness(state);
  const { port } = witness.address() as AddressInfo;
  const rig: CrashRig = {
    hookmill,
    callsOf: (id) => seen.get(id) ?? new Map<string, CrashCalls>(),
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
      witness.closeAllConnections();
      witness.close();
      for (const worker of state.alive) void worker.stop(true);
      await Promise.all(lanes);
      await installation.stop();
    },
  };
  for (let count = 0; count < WORKERS; count += 1) lanes.push(keepWorker(hookmill, state));
  await hookmill.apply(document(`http://127.0.0.1:${port}`));
  await rig.manned();
  return rig;
}

interface RigState {
  trap: BoundaryTrap | null;
  seen: Map<string, Map<string, CrashCalls>>;
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

async function startWitness(state: RigState): Promise<Server> {
  const server = createServer((request, response) => {
    const execution = String(request.headers['x-execution']);
    const node = request.url!.slice(1);
    const calls = state.seen.get(execution) ?? new Map<string, CrashCalls>();
    const { calls: before, keys } = calls.get(node) ?? { calls: 0, keys: new Set<string>() };
    calls.set(node, { calls: before + 1, keys: keys.add(String(request.headers['idempotency-key'])) });
    state.seen.set(execution, calls);
    const trap = state.trap?.isOf(execution) ? state.trap : null;
    if (trap?.reach(`received ${node}`)) return void request.socket.destroy();
    response.end('{}');
    trap?.reach(`answered ${node}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
