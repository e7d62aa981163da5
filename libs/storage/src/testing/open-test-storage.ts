import type { Storage, StorageOptions } from '../contract.js';
import { openStorage } from '../open-storage.js';

/** A storage over a test database; options as a small process would have them. */
export function openTestStorage(databaseUrl: string, options: Partial<StorageOptions> = {}): Promise<Storage> {
  return openStorage({
    databaseUrl,
    applicationName: 'test',
    masterKey: Buffer.alloc(32, 7),
    poolSize: 4,
    statementTimeoutMs: 5000,
    refusalLogRate: 1000,
    chunkSize: 25,
    ...options,
  });
}
