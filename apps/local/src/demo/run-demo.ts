import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Json } from '#shared';
import { freePorts } from '../listening-ports.js';
import { localSettings } from '../local-settings.js';
import type { LocalSettings } from '../local-settings.js';
import type { Shutdown } from '../shutdown.js';
import { startLocal } from '../start-local.js';
import type { LocalInstance } from '../start-local.js';
import { OUTSIDE_NETWORK, startOutside } from './outside.js';
import type { Outside } from './outside.js';
import { playScene } from './play-scene.js';
import { scenes } from './scenes.js';
import type { Stage } from './stage.js';

/** A secret is in force in every process within this time. */
const KNOWN_WITHIN_MS = 1000;

/**
 * `npm run demo`: the whole product on free ports with a database of its own, a mail server and receivers of calls in
 * this process, and a story of real requests.
 * @returns 0 when everything happened as expected, else 1
 */
export async function runDemo(shutdown: Shutdown): Promise<number> {
  const print = (line: string) => console.log(line);
  const settings = await demoSettings(shutdown);
  print(`A demo with a database of its own; the queue runs on ${settings.redisUrl ? 'Redis' : 'Postgres'}.`);
  const outside = await startOutside();
  shutdown.add(() => outside.close());
  const instance = await startLocal(settings, shutdown, { say: print, show: () => undefined });
  const stage: Stage = {
    gatewayUrl: instance.gatewayUrl,
    read: (path) => readApi(instance, path),
    send: async (method, path, body) => void (await callApi(instance, method, path, body)),
    outside,
    print,
    executions: new Map(),
  };
  await introduce(outside, stage);
  const faults: string[] = [];
  for (const [index, scene] of scenes.entries()) {
    shutdown.signal.throwIfAborted();
    print(`\n${index + 1}. ${scene.title}`);
    const found = await Promise.race([playScene(scene, stage), instance.broken]);
    if (typeof found === 'string') throw new Error(found);
    faults.push(...found.map((fault) => `${scene.title}: ${fault}`));
  }
  await printHistory(instance, print);
  print(faults.length === 0 ? '\nEverything happened as expected.' : `\nNot as expected:\n- ${faults.join('\n- ')}`);
  return faults.length === 0 ? 0 : 1;
}

async function demoSettings(shutdown: Shutdown): Promise<LocalSettings> {
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmill-demo-'));
  shutdown.add(() => removeDataDir(dataDir));
  // Root's Postgres runs as another user, who has to get through.
  if (process.getuid?.() === 0) chmodSync(dataDir, 0o711);
  const [gateway, admin, worker] = await freePorts(3);
  // The demo writes workflows and secrets: never into a database, or under keys, that the environment names.
  const ignored = { DATABASE_URL: undefined, HOOKMILL_MASTER_KEY: undefined, HOOKMILL_ADMIN_KEY: undefined };
  return localSettings({
    ...process.env,
    ...ignored,
    HOOKMILL_PUBLIC_URL: undefined,
    HOOKMILL_DATA_DIR: dataDir,
    HTTP_ALLOW_PRIVATE: OUTSIDE_NETWORK,
    QUEUE_PREFIX: `hookmill_demo_${randomBytes(4).toString('hex')}`,
    GATEWAY_PORT: String(gateway),
    ADMIN_PORT: String(admin),
    WORKER_PORT: String(worker),
    LISTEN_ADDRESS: '127.0.0.1',
  });
}

/** With the database, which lies elsewhere when the directory for temporary files is root's alone. */
function removeDataDir(dataDir: string): void {
  const location = join(dataDir, 'postgres-location');
  const home = existsSync(location) ? readFileSync(location, 'utf8').trim() : null;
  for (const path of [home, dataDir]) if (path) rmSync(path, { recursive: true, force: true });
}

/** Tells the instance where the services outside are. */
async function introduce({ secrets }: Outside, stage: Stage): Promise<void> {
  for (const [name, value] of Object.entries(secrets)) await stage.send('PUT', `/secrets/${name}`, { value });
  await new Promise((resolve) => setTimeout(resolve, KNOWN_WITHIN_MS));
  stage.print(
    `Secrets set, for a mail server and receivers of calls in this process: ${Object.keys(secrets).join(', ')}.`,
  );
}

async function readApi(instance: LocalInstance, path: string): Promise<Record<string, Json> | null> {
  const answer = await callApi(instance, 'GET', path);
  return answer.status === 404 ? null : ((await answer.json()) as Record<string, Json>);
}

async function callApi({ adminUrl, keys }: LocalInstance, method: string, path: string, body?: Json) {
  const answer = await fetch(`${adminUrl}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${keys.admin}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.ok || (answer.status === 404 && method === 'GET')) return answer;
  throw new Error(`The management API answered ${answer.status} to ${method} ${path}: ${await answer.text()}`);
}

async function printHistory(instance: LocalInstance, print: (line: string) => void): Promise<void> {
  const listed = await readApi(instance, '/executions');
  const items = (listed?.['items'] ?? []) as Record<string, string>[];
  print(`\nThe ${items.length} executions on record, newest first:`);
  for (const { id, workflowKey, status } of items) print(`  ${id}  ${workflowKey?.padEnd(20)} ${status}`);
}
