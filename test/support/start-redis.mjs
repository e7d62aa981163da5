import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, connect } from 'node:net';

/**
 * Starts a Redis of our own on a free port of 127.0.0.1; never touches one that runs already.
 * @param {{ directory: string, say: (line: string) => void, settings?: Record<string, string>, port?: number }} options settings: more
 *   of redis.conf; without any, nothing is written to disk. port: that one, for a Redis that returns
 * @returns {Promise<{ url: string, pid: number }>}
 */
export async function startRedis({ directory, say, settings = {}, port: wanted }) {
  const program = installedRedis() ?? installRedis(say);
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort());
    const own = { port, bind: '127.0.0.1', dir: directory, save: '', appendonly: 'no', databases: 64 };
    const flags = Object.entries({ ...own, 'maxmemory-policy': 'noeviction', daemonize: 'no', ...settings }).flatMap(
      ([name, value]) => [`--${name}`, String(value)],
    );
    const child = spawn(program, flags, { cwd: directory, stdio: 'ignore', detached: true });
    if (await answers(child, port)) {
      child.unref();
      return { url: `redis://127.0.0.1:${port}`, pid: child.pid };
    }
    if (attempt === 3)
      throw new Error(`${program} did not start on 127.0.0.1:${port}. Set TEST_REDIS_URL to a Redis of your own.`);
  }
}

function installedRedis() {
  const found = spawnSync('redis-server', ['--version'], { stdio: 'ignore' });
  return found.status === 0 ? 'redis-server' : null;
}

function installRedis(say) {
  const advice =
    'Install it (Debian, Ubuntu: apt-get install redis-server; macOS: brew install redis) or set TEST_REDIS_URL.';
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    throw new Error(`The tests need redis-server. ${advice}`);
  say('The tests need redis-server: installing it with apt-get (a service it may start is left alone).');
  // RUNLEVEL=1 keeps Debian's package from starting its service.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'redis-server']]) {
    const run = spawnSync('apt-get', ['-q', ...args], { env, encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`apt-get ${args.join(' ')} failed:\n${run.stderr}\n${advice}`);
  }
  return installedRedis() ?? '/usr/bin/redis-server';
}

async function answers(child, port) {
  let failed = false;
  child.once('error', () => (failed = true));
  child.once('exit', () => (failed = true));
  for (const deadline = Date.now() + 10_000; Date.now() < deadline && !failed;) {
    if (await pong(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return false;
}

function pong(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1000, () => socket.destroy());
    socket.once('data', (answer) => {
      socket.destroy();
      resolve(answer.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
