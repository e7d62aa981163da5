import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient } from './api-client.js';
import { CliError } from './cli-error.js';
import type { Terminal } from './terminal.js';

export interface ReplayOptions {
  workflow?: string;
  verdict?: string;
  /** ISO 8601 times. */
  from?: string;
  to?: string;
  /** Retries executions instead; `status` says which endings. */
  executions?: boolean;
  status?: string;
  /** Key of the node to go on from. */
  node?: string;
  /** With the workflow's current version. */
  current?: boolean;
  rate?: string;
  dryRun?: boolean;
  wait?: boolean;
}

interface Replay {
  id: string;
  status: 'queued' | 'running' | 'done' | 'canceled';
  total: number;
  started: number;
  filtered: number;
  refused: number;
  gone: number;
  skipped: number;
  error: string | null;
  reasons?: { outcome: string; reason: string | null; count: number }[];
}

/** Between two looks at a replay that is waited for. Milliseconds. */
const LOOK_EVERY = 1_000;

/** `hookmill replay <request id>`, or of many by filter; with `--wait`, exits 1 unless it got to its end. */
export async function replayCommand(
  id: string | undefined,
  options: ReplayOptions,
  api: ApiClient,
  terminal: Terminal,
  lookEveryMs = LOOK_EVERY,
): Promise<number> {
  if (id !== undefined) return replayOne(id, options, api, terminal);
  const { body } = await api.send('POST', '/replays', bodyOf(options));
  if (options.dryRun) {
    const { count } = body as { count: number };
    terminal.out(`${count} ${options.executions ? 'executions' : 'requests'} would run again`);
    return 0;
  }
  const replay = body as Replay;
  terminal.out(`${replay.status}  ${replay.id}  ${replay.total} to run again`);
  return options.wait ? follow(replay.id, api, terminal, lookEveryMs) : 0;
}

async function replayOne(id: string, options: ReplayOptions, api: ApiClient, terminal: Terminal): Promise<number> {
  if (Object.keys(options).length > 0) throw new CliError('One request runs again by its id alone: leave options out.');
  const { body } = await api.send('POST', `/requests/${encodeURIComponent(id)}/replay`);
  const execution = body as { id: string; version: number; status: string };
  terminal.out(`${execution.status}  ${execution.id}  version ${execution.version}, a replay of ${id}`);
  return 0;
}

function bodyOf(options: ReplayOptions): object {
  const { rate, dryRun } = options;
  // JSON would make null of NaN, which stands for the default.
  if (rate !== undefined && !/^\d+$/.test(rate)) throw new CliError('--rate must be a whole number.');
  const pace = { rate: rate && Number(rate), dryRun };
  return options.executions ? { ...retryOf(options), ...pace } : { ...requestsOf(options), ...pace };
}

function requestsOf({ workflow, from, to, verdict, status, node, current }: ReplayOptions): object {
  if (status === undefined && node === undefined && !current) return { requests: { workflow, from, to, verdict } };
  throw new CliError('--status, --node and --current go with --executions.');
}

function retryOf({ workflow, from, to, verdict, status, node, current }: ReplayOptions): object {
  if (verdict !== undefined) throw new CliError('--verdict is for requests: use --status.');
  return {
    executions: { workflow, from, to, status },
    from: node,
    version: current ? 'current' : undefined,
  };
}

/** Prints a line whenever it got on. */
async function follow(id: string, api: ApiClient, terminal: Terminal, lookEveryMs: number): Promise<number> {
  for (let last = ''; ; await sleep(lookEveryMs)) {
    const replay = (await api.get(`/replays/${encodeURIComponent(id)}`)) as Replay;
    const line = progressLine(replay);
    if (line !== last) terminal.out(line);
    last = line;
    if (replay.status === 'queued' || replay.status === 'running') continue;
    for (const { outcome, reason, count } of replay.reasons ?? []) {
      terminal.out(`  ${count} ${outcome}${reason === null ? '' : ` (${reason})`}`);
    }
    return replay.status === 'done' ? 0 : 1;
  }
}

function progressLine({ status, total, started, filtered, refused, gone, skipped, error }: Replay): string {
  const looked = started + filtered + refused + gone + skipped;
  return `${status}  ${looked} of ${total}, ${started} started${error === null ? '' : `  (held up: ${error})`}`;
}
