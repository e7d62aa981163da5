import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#shared';
import { applyExamples } from '../../apps/local/src/apply-examples.js';
import { playScene } from '../../apps/local/src/demo/play-scene.js';
import { scenes } from '../../apps/local/src/demo/scenes.js';
import { startHookmill } from '../support/start-hookmill.js';
import type { Hookmill } from '../support/start-hookmill.js';

// The examples carry the scripts that the integration guides print, unchanged.
describe('the examples, with the scripts of the integration guides', () => {
  let hookmill: Hookmill;
  const dataDir = mkdtempSync(join(tmpdir(), 'hookmill-examples-'));
  const executions = new Map<string, string>();

  beforeAll(async () => {
    hookmill = await startHookmill({ redis: true });
    const { adminUrl, adminKey } = hookmill;
    await applyExamples({ adminUrl, adminKey, dataDir, databaseUrl: null }, () => undefined);
  }, 90_000);
  afterAll(async () => {
    await hookmill?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }, 60_000);

  async function read(path: string): Promise<Record<string, Json> | null> {
    const { status, body } = await hookmill.api('GET', path);
    return status === 404 ? null : body;
  }

  it.each(scenes.map((scene) => [scene.title, scene] as const))(
    '%s',
    async (_title, scene) => {
      const stage = { gatewayUrl: hookmill.gatewayUrls[0]!, read, print: () => undefined, executions };
      expect(await playScene(scene, stage)).toEqual([]);
    },
    30_000,
  );
});
