import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { instanceKeys } from './instance-keys.js';

const top = mkdtempSync(join(tmpdir(), 'hookmill-keys-'));
const freshDirectory = () => mkdtempSync(join(top, 'x'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

describe('instanceKeys', () => {
  it('makes both keys once and keeps them readable for their owner only', () => {
    const directory = freshDirectory();
    const first = instanceKeys(directory, {});
    expect(Buffer.from(first.master, 'base64')).toHaveLength(32);
    expect(first.admin.length).toBeGreaterThanOrEqual(24);
    expect(first.adminIsNew).toBe(true);
    for (const file of ['master-key', 'admin-key']) expect(statSync(join(directory, file)).mode & 0o777).toBe(0o600);
    expect(instanceKeys(directory, {})).toEqual({ ...first, adminIsNew: false });
  });

  it('takes the keys of the environment and keeps none of them', () => {
    const directory = freshDirectory();
    const given = { HOOKMILL_MASTER_KEY: 'm', HOOKMILL_ADMIN_KEY: 'a' };
    expect(instanceKeys(directory, given)).toEqual({ master: 'm', admin: 'a', adminIsNew: false });
    expect(() => statSync(join(directory, 'admin-key'))).toThrow(/ENOENT/);
  });

  it('does not make a new master key for a database whose secrets it could not read', () => {
    const directory = freshDirectory();
    mkdirSync(join(directory, 'postgres', 'data'), { recursive: true });
    expect(() => instanceKeys(directory, {})).toThrow(/master-key is missing/);
  });
});
