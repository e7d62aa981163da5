import { describe, expect, it } from '@jest/globals';
import { ConfigError } from './config-error.js';
import { environmentExample, loadConfig, maskedConfig } from './load-config.js';
import { settings } from './settings.js';

describe('loadConfig', () => {
  it('fills in every default', () => {
    const config = loadConfig([], {});
    expect(config.GATEWAY_PORT).toBe(3000);
    expect(config.DATABASE_URL).toBeNull();
    expect(config.JSON_LIMITS).toEqual({ depth: 64, keys: 10_000 });
    expect(config.BODY_LIMIT_MAX).toBe(25 * 1024 * 1024);
    expect(config.TRUSTED_PROXIES).toEqual([]);
  });

  it('names every fault at once and what to write instead, without printing secrets', () => {
    const load = () =>
      loadConfig(['DATABASE_URL'], { GATEWAY_PORT: 'x', HOOKMILL_MASTER_KEY: 'hunter2', JSON_LIMITS: 'width=3' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/GATEWAY_PORT[\s\S]*width/);
    expect(load).toThrow(/DATABASE_URL must be set/);
    expect(load).not.toThrow(/hunter2/);
  });

  it.each([
    ['45m', null],
    ['0', null],
    ['59m', null],
    ['30', null],
    ['', 2_592_000_000],
    ['forever', null],
    ['1h', 3_600_000],
    ['2d', 172_800_000],
  ])('reads the retention %j', (text, milliseconds) => {
    const load = () => loadConfig([], { HISTORY_RETENTION: text }).HISTORY_RETENTION;
    if (milliseconds === null) expect(load).toThrow(/HISTORY_RETENTION/);
    else expect(load()).toBe(milliseconds);
  });

  it('keeps the defaults of limits that are not named', () => {
    expect(loadConfig([], { JSON_LIMITS: 'depth=8' }).JSON_LIMITS).toEqual({ depth: 8, keys: 10_000 });
    expect(loadConfig([], { SCRIPT_LIMITS: 'wall=2s,memory=32mb' }).SCRIPT_LIMITS).toMatchObject({
      wall: 2000,
      memory: 32 * 1024 * 1024,
      threads: 2,
    });
  });

  it('masks secrets when printed', () => {
    const printed = JSON.stringify(maskedConfig(loadConfig([], { HOOKMILL_ADMIN_KEY: 'k'.repeat(24) })));
    expect(printed).not.toContain('kkkk');
    expect(printed).toContain('"HOOKMILL_ADMIN_KEY":"set"');
  });

  it('documents every setting in the example file', () => {
    for (const name of Object.keys(settings)) expect(environmentExample()).toContain(`${name}=`);
  });
});
