import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findConnection } from './find-connection.js';

describe('finding the API', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookmill-cli-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes options before the environment', async () => {
    const env = { HOOKMILL_API_URL: 'http://env:1', HOOKMILL_ADMIN_KEY: 'env-key', HOOKMILL_DATA_DIR: folder };
    expect(await findConnection({ api: 'https://option/', key: 'option-key' }, env)).toEqual({
      api: 'https://option',
      key: 'option-key',
    });
    expect(await findConnection({}, env)).toEqual({ api: 'http://env:1', key: 'env-key' });
  });

  it('takes what npm start left in its data folder', async () => {
    await writeFile(join(folder, 'running.json'), '{"adminUrl":"http://localhost:4444","gatewayUrl":"x"}');
    await writeFile(join(folder, 'admin-key'), 'kept-key\n');
    const found = await findConnection({}, { HOOKMILL_DATA_DIR: folder });
    expect(found).toEqual({ api: 'http://localhost:4444', key: 'kept-key' });
  });

  it('falls back to the port of the admin app', async () => {
    await writeFile(join(folder, 'running.json'), '{"adminUr');
    const key = { key: 'k' };
    expect((await findConnection(key, { HOOKMILL_DATA_DIR: folder })).api).toBe('http://localhost:3001');
    const env = { HOOKMILL_DATA_DIR: join(folder, 'absent'), ADMIN_PORT: '4001' };
    expect((await findConnection(key, env)).api).toBe('http://localhost:4001');
  });

  it('says where a key could come from when there is none', async () => {
    await expect(findConnection({}, { HOOKMILL_DATA_DIR: folder })).rejects.toThrow(
      new RegExp(`--key.*HOOKMILL_ADMIN_KEY.*${join(folder, 'admin-key')}`, 's'),
    );
  });

  it('refuses what is no http URL', async () => {
    await expect(findConnection({ api: 'localhost:3001', key: 'k' }, {})).rejects.toThrow('check --api');
  });
});
