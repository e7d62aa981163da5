import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { endsWithin, isAlive } from '../../apps/local/src/running-process.js';
import { createInstallation, launch } from '../support/launcher.js';
import type { Installation, Launcher } from '../support/launcher.js';

const LONG = 120_000;

describe('npm start', () => {
  let installation: Installation;
  let launchers: Launcher[];

  beforeEach(async () => {
    installation = await createInstallation();
    launchers = [];
  });
  afterEach(async () => {
    for (const launcher of launchers) {
      if (isAlive(launcher.pid)) process.kill(launcher.pid, 'SIGINT');
      await launcher.ended;
    }
    installation.remove();
  }, LONG);

  function start(): Launcher {
    const launcher = launch(installation);
    launchers.push(launcher);
    return launcher;
  }

  function databasePid(): number {
    return Number(
      readFileSync(join(installation.dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')[0],
    );
  }

  it(
    'names a taken port and its variable before it starts anything',
    async () => {
      const port = Number(installation.env['ADMIN_PORT']);
      const squatter = createServer();
      await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
      const launcher = start();
      expect(await launcher.ended).toBe(1);
      expect(launcher.output()).toContain(`Port ${port} is taken by another program. Set ADMIN_PORT`);
      expect(existsSync(join(installation.dataDir, 'postgres'))).toBe(false);
      await new Promise((resolve) => squatter.close(resolve));
    },
    LONG,
  );

  it(
    'refuses to run twice on one data directory and leaves the first one alone',
    async () => {
      const first = start();
      await first.ready();
      const second = start();
      expect(await second.ended).toBe(1);
      expect(second.output()).toContain(`already runs on ${installation.dataDir} (process ${first.pid})`);
      expect((await fetch(`${installation.gatewayUrl}/readyz`)).status).toBe(200);
    },
    LONG,
  );

  it(
    'ends everything on Ctrl-C and keeps the admin key for the next start, which does not print it',
    async () => {
      const first = start();
      await first.ready();
      const key = readFileSync(join(installation.dataDir, 'admin-key'), 'utf8').trim();
      expect(first.output()).toContain(key);
      const [apps, database] = [first.apps(), databasePid()];
      expect(apps).toHaveLength(3);
      process.kill(first.pid, 'SIGINT');
      expect(await first.ended).toBe(0);
      expect([...apps, database].filter(isAlive)).toEqual([]);
      expect(existsSync(join(installation.dataDir, 'running.json'))).toBe(false);
      const second = start();
      await second.ready();
      expect(second.output()).not.toContain(key);
    },
    LONG,
  );

  it(
    'leaves no process of its own behind when it is killed, and takes care of the database at the next start',
    async () => {
      const killed = start();
      await killed.ready();
      const [apps, database] = [killed.apps(), databasePid()];
      const answer = await fetch(`${installation.gatewayUrl}/api/webhooks/hello`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"event":"test","data":{"message":"before"}}',
      });
      expect(answer.status).toBe(200);
      process.kill(killed.pid, 'SIGKILL');
      for (const pid of apps) expect(await endsWithin(pid, 30_000)).toBe(true);
      expect(isAlive(database)).toBe(true);

      const next = start();
      await next.ready();
      expect(next.output()).toContain(`A database of an earlier start that was killed still runs (pid ${database})`);
      expect(isAlive(database)).toBe(false);
      const { adminUrl } = JSON.parse(readFileSync(join(installation.dataDir, 'running.json'), 'utf8')) as {
        adminUrl: string;
      };
      const key = readFileSync(join(installation.dataDir, 'admin-key'), 'utf8').trim();
      const id = answer.headers.get('x-execution-id');
      const kept = await fetch(`${adminUrl}/api/v1/executions/${id}`, { headers: { authorization: `Bearer ${key}` } });
      expect(kept.status).toBe(200);
    },
    LONG,
  );

  it(
    'stops everything and says why when one of the processes dies',
    async () => {
      const launcher = start();
      await launcher.ready();
      const apps = launcher.apps();
      process.kill(apps[0]!, 'SIGKILL');
      expect(await launcher.ended).toBe(1);
      expect(launcher.output()).toMatch(/The (gateway|worker|admin) was ended by SIGKILL\./);
      expect(apps.filter(isAlive)).toEqual([]);
    },
    LONG,
  );
});
