import { describe, expect, it } from '@jest/globals';
import { localSettings, localUrl, processEnvironment } from './local-settings.js';

const DATABASE_URL = 'postgresql://u:p@db/h';

describe('localSettings', () => {
  it('listens on the loopback address only, on the embedded default', () => {
    expect(localSettings({}).listenAddress).toBe('127.0.0.1');
    expect(localSettings({ LISTEN_ADDRESS: '0.0.0.0' }).listenAddress).toBe('0.0.0.0');
  });

  it('wants the keys to be given with a database of its own', () => {
    expect(() => localSettings({ DATABASE_URL })).toThrow(/HOOKMILL_MASTER_KEY[\s\S]*HOOKMILL_ADMIN_KEY/);
  });

  it('gives the processes the ports, keys and database, and a drain without grace unless told otherwise', () => {
    const settings = localSettings({ GATEWAY_PORT: '4000', OTHER: 'kept' });
    const env = processEnvironment(settings, DATABASE_URL, { master: 'm', admin: 'a' });
    expect(env).toMatchObject({
      ...{ DATABASE_URL, GATEWAY_PORT: '4000', ADMIN_PORT: '3001', OTHER: 'kept', DRAIN_GRACE: '0s' },
      ...{ HOOKMILL_MASTER_KEY: 'm', HOOKMILL_ADMIN_KEY: 'a', LISTEN_ADDRESS: '127.0.0.1' },
    });
    const told = processEnvironment(localSettings({ DRAIN_GRACE: '2s' }), DATABASE_URL, { master: 'm', admin: 'a' });
    expect(told['DRAIN_GRACE']).toBe('2s');
  });

  it('is reached as localhost, or at the one address that it listens on', () => {
    expect(localUrl(localSettings({}), 3000)).toBe('http://localhost:3000');
    expect(localUrl(localSettings({ LISTEN_ADDRESS: '192.0.2.1' }), 3000)).toBe('http://192.0.2.1:3000');
    expect(localUrl(localSettings({ LISTEN_ADDRESS: '2001:db8::1' }), 3000)).toBe('http://[2001:db8::1]:3000');
  });
});
