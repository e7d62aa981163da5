import { EntitySchema } from 'typeorm';
import type { Role } from '../contract.js';

/** A row of `api_keys`: of the key itself only the sha-256 is stored. */
export interface ApiKeyRow {
  id: string;
  name: string;
  role: Role;
  keyHash: Buffer;
  prefix: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

export const ApiKeyEntity = new EntitySchema<ApiKeyRow>({
  name: 'api_key',
  tableName: 'api_keys',
  columns: {
    id: { type: 'uuid', primary: true },
    name: { type: 'text' },
    role: { type: 'text' },
    keyHash: { type: 'bytea', name: 'key_hash' },
    prefix: { type: 'text' },
    createdAt: { type: 'timestamptz', name: 'created_at', createDate: true },
    lastUsedAt: { type: 'timestamptz', nullable: true, name: 'last_used_at' },
  },
});
