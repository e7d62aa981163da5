import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnApp, untilReady } from './app-process.js';
import type { AppProcess } from './app-process.js';
import { applyExamples } from './apply-examples.js';
import { formatLogLine } from './format-log-line.js';
import { acquireInstanceLock } from './instance-lock.js';
import { instanceKeys } from './instance-keys.js';
import type { InstanceKeys } from './instance-keys.js';
import { assertPortsFree } from './listening-ports.js';
import { localUrl, processEnvironment } from './local-settings.js';
import type { LocalSettings } from './local-settings.js';
import { lineAppender, logFile } from './log-files.js';
import { startPostgres } from './postgres/start-postgres.js';
import { runMigrations } from './run-migrations.js';
import type { Shutdown } from './shutdown.js';

export interface LocalInstance {
  gatewayUrl: string;
  adminUrl: string;
  keys: InstanceKeys;
  /** Resolves with the reason when a process ends that was not asked to. */
  broken: Promise<string>;
}

/** How the launcher talks: `say` for its own lines, `show` for those of the processes. */
export interface Output {
  say: (line: string) => void;
  show: (app: string, line: string) => void;
}

/**
 * Starts everything in one terminal: lock, ports, keys, database, migrations, processes, examples. Whatever it started
 * is handed to `shutdown` at once, so that an interrupted or failed start leaves nothing behind.
 * @throws Error in words for the terminal
 */
export async function startLocal(settings: LocalSettings, shutdown: Shutdown, out: Output): Promise<LocalInstance> {
  shutdown.add(acquireInstanceLock(settings.dataDir));
  await assertPortsFree(settings.ports, settings.listenAddress);
  const keys = instanceKeys(settings.dataDir, settings.env);
  const database = settings.databaseUrl ? ownDatabase(settings.databaseUrl) : await embedded(settings, shutdown, out);
  const env = processEnvironment(settings, database.url, keys);
  shutdown.signal.throwIfAborted();
  await runMigrations(env, out);
  shutdown.signal.throwIfAborted();
  const apps = startApps(settings, env, shutdown, out);
  const broken = Promise.race([...apps.map((app) => app.ended), database.ended]);
  await Promise.all(apps.map((app) => untilReady(app, shutdown.signal)));
  const adminUrl = localUrl(settings, settings.ports.ADMIN_PORT);
  const gatewayUrl = localUrl(settings, settings.ports.GATEWAY_PORT);
  await applyExamples(
    { adminUrl, adminKey: keys.admin, dataDir: settings.dataDir, databaseUrl: settings.databaseUrl },
    out.say,
  );
  publishUrls(settings.dataDir, { adminUrl, gatewayUrl }, shutdown);
  return { gatewayUrl, adminUrl, keys, broken };
}

function ownDatabase(url: string) {
  return { url, ended: new Promise<string>(() => undefined) };
}

async function embedded(settings: LocalSettings, shutdown: Shutdown, { say }: Output) {
  say('Starting the embedded Postgres ...');
  const file = logFile(settings.dataDir, 'postgres');
  const server = await startPostgres({ dataDir: settings.dataDir, logFile: file, say });
  shutdown.add((hurry) => server.stop(hurry));
  return { url: server.url, ended: server.ended.then(() => `The embedded Postgres ended, see ${file}.`) };
}

function startApps(
  settings: LocalSettings,
  env: Record<string, string | undefined>,
  shutdown: Shutdown,
  { say, show }: Output,
): AppProcess[] {
  say('Starting gateway, worker and admin ...');
  const { ports, dataDir } = settings;
  const wanted = { worker: ports.WORKER_PORT, gateway: ports.GATEWAY_PORT, admin: ports.ADMIN_PORT };
  const apps = Object.entries(wanted).map(([app, port]) => {
    const keep = lineAppender(logFile(dataDir, app));
    const onLine = (line: string) => {
      keep(line);
      show(app, formatLogLine(line));
    };
    return spawnApp({ app, env, url: localUrl(settings, port), onLine });
  });
  // Newest first is stopped first: the worker last, because callers of the gateway may still wait for it.
  const [worker, ...others] = apps as [AppProcess, ...AppProcess[]];
  shutdown.add((hurry) => worker.stop(hurry));
  shutdown.add(async (hurry) => void (await Promise.all(others.map((app) => app.stop(hurry)))));
  return apps;
}

/** The command line finds us by this file. */
function publishUrls(dataDir: string, urls: { adminUrl: string; gatewayUrl: string }, shutdown: Shutdown): void {
  const path = join(dataDir, 'running.json');
  writeFileSync(path, `${JSON.stringify(urls, null, 2)}\n`);
  shutdown.add(() => rmSync(path, { force: true }));
}
