import { isUuid, newId } from '#shared';
import { createHash } from 'node:crypto';
import type { DataSource } from 'typeorm';
import type { ApiKeyRecord, ApiKeyStore, Role } from '../contract.js';
import { ApiKeyEntity, type ApiKeyRow } from '../entities/api-key.entity.js';
import { withStorageErrors } from './with-storage-errors.js';

/** Characters of a key that are kept to recognise it by. */
const PREFIX_CHARACTERS = 8;

/** `last_used_at` is a hint for people: once a minute is exact enough, and spares a write per call. */
const TOUCH_AFTER_MS = 60_000;

/**
 * Keys are random and at least 24 characters long, so a plain sha-256 is enough, and looking it up by a unique index
 * tells nothing about the key through its timing.
 */
export class TypeormApiKeyStore implements ApiKeyStore {
  constructor(private readonly dataSource: DataSource) {}

  async list(): Promise<ApiKeyRecord[]> {
    const rows = await withStorageErrors(() => this.rows.find({ order: { id: 'desc' } }));
    return rows.map(toApiKeyRecord);
  }

  /** A key that is stored already is a `RejectedRow`. */
  async create({ name, role, key }: { name: string; role: Role; key: string }): Promise<ApiKeyRecord> {
    const row = {
      id: newId(),
      name,
      role,
      keyHash: hashOf(key),
      prefix: key.slice(0, PREFIX_CHARACTERS),
      createdAt: new Date(),
      lastUsedAt: null,
    };
    await withStorageErrors(() => this.rows.insert(row));
    return toApiKeyRecord(row);
  }

  async findByKey(key: string): Promise<ApiKeyRecord | null> {
    return withStorageErrors(async () => {
      const row = await this.rows.findOneBy({ keyHash: hashOf(key) });
      if (row === null) return null;
      if (row.lastUsedAt === null || Date.now() - row.lastUsedAt.getTime() > TOUCH_AFTER_MS) {
        await this.rows.update({ id: row.id }, { lastUsedAt: new Date() });
      }
      return toApiKeyRecord(row);
    });
  }

  async delete(id: string): Promise<boolean> {
    if (!isUuid(id)) return false;
    const result = await withStorageErrors(() => this.rows.delete({ id }));
    return (result.affected ?? 0) > 0;
  }

  private get rows() {
    return this.dataSource.getRepository(ApiKeyEntity);
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

function toApiKeyRecord({ id, name, role, prefix, createdAt, lastUsedAt }: ApiKeyRow): ApiKeyRecord {
  return { id, name, role, prefix, createdAt, lastUsedAt };
}
