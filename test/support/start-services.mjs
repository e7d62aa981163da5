import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importSource } from './import-source.mjs';
import { startRedis } from './start-redis.mjs';

const NEEDED_SPACE = 4 * 1024 ** 3;

/**
 * Jest's global set-up: a real Postgres and a real Redis, under TEST_DATABASE_URL (superuser) and TEST_REDIS_URL.
 * Where a URL is given, that server is used as it is. Two projects may ask; it starts once.
 */
export default async function startServices() {
  globalThis.hookmillTestServices ??= start();
  await globalThis.hookmillTestServices;
}

async function start() {
  if (process.env.TEST_DATABASE_URL && process.env.TEST_REDIS_URL) return null;
  const say = (line) => process.stderr.write(`${line}\n`);
  const directory = mkdtempSync(join(temporaryRoot(), 'hookmill-test-'));
  const reaper = spawnReaper();
  reaper.tell({ directory });
  const jobs = [];
  if (!process.env.TEST_DATABASE_URL) jobs.push(startDatabase(directory, say, reaper));
  if (!process.env.TEST_REDIS_URL) jobs.push(startQueue(directory, say, reaper));
  const failed = (await Promise.allSettled(jobs)).find((job) => job.status === 'rejected');
  if (!failed) return reaper;
  await reaper.end();
  throw failed.reason;
}

async function startDatabase(directory, say, reaper) {
  const source = new URL('../../apps/local/src/postgres/start-postgres.ts', import.meta.url);
  const { startPostgres } = await importSource(source);
  const dataDir = join(directory, 'database');
  mkdirSync(dataDir);
  // mkdtemp makes it 0700, and root's Postgres runs as another user.
  if (process.getuid?.() === 0) chmodSync(directory, 0o711);
  const settings = { max_connections: '400' };
  const server = await startPostgres({ dataDir, logFile: join(directory, 'postgres.log'), say, settings });
  reaper.tell({ pid: server.pid, signal: 'SIGINT' });
  process.env.TEST_DATABASE_URL = server.url;
}

async function startQueue(directory, say, reaper) {
  const redisDirectory = join(directory, 'redis');
  mkdirSync(redisDirectory);
  const server = await startRedis({ directory: redisDirectory, say });
  reaper.tell({ pid: server.pid, signal: 'SIGTERM' });
  process.env.TEST_REDIS_URL = server.url;
}

/** In memory when there is room: the tests create hundreds of databases and none must outlive the run. */
function temporaryRoot() {
  try {
    const { bavail, bsize } = statfsSync('/dev/shm');
    if (bavail * bsize >= NEEDED_SPACE) return '/dev/shm';
  } catch {
    // Not Linux.
  }
  return tmpdir();
}

function spawnReaper() {
  const script = fileURLToPath(new URL('./reaper.mjs', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
  child.unref();
  child.stdin.unref?.();
  return {
    tell: (entry) => child.stdin.write(`${JSON.stringify(entry)}\n`),
    end: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.ref();
        child.stdin.end();
      }),
  };
}
