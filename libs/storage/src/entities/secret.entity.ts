import { EntitySchema } from 'typeorm';

/** A row of `secrets`: the value is sealed, its name authenticated with it. */
export interface SecretRow {
  name: string;
  keyId: string;
  wrappedKey: Buffer;
  ciphertext: Buffer;
  notBefore: Date | null;
  notAfter: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export const SecretEntity = new EntitySchema<SecretRow>({
  name: 'secret',
  tableName: 'secrets',
  columns: {
    name: { type: 'text', primary: true },
    keyId: { type: 'text', name: 'key_id' },
    wrappedKey: { type: 'bytea', name: 'wrapped_key' },
    ciphertext: { type: 'bytea' },
    notBefore: { type: 'timestamptz', nullable: true, name: 'not_before' },
    notAfter: { type: 'timestamptz', nullable: true, name: 'not_after' },
    createdAt: { type: 'timestamptz', name: 'created_at', createDate: true },
    updatedAt: { type: 'timestamptz', name: 'updated_at', updateDate: true },
  },
});
