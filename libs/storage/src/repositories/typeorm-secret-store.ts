import { SecretBox } from '#shared';
import type { DataSource } from 'typeorm';
import type { SecretRecord, SecretStore } from '../contract.js';
import { SecretEntity, type SecretRow } from '../entities/secret.entity.js';
import { withStorageErrors } from './with-storage-errors.js';

/** Values go in sealed and never come out here: only `ConfigurationStore.loadSecrets` opens them. */
export class TypeormSecretStore implements SecretStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
  ) {}

  async list(): Promise<SecretRecord[]> {
    const rows = await withStorageErrors(() => this.rows.find({ order: { name: 'asc' } }));
    return rows.map(toSecretRecord);
  }

  async find(name: string): Promise<SecretRecord | null> {
    const row = await withStorageErrors(() => this.rows.findOneBy({ name }));
    return row && toSecretRecord(row);
  }

  async put(secret: {
    name: string;
    value: string;
    notBefore: Date | null;
    notAfter: Date | null;
  }): Promise<SecretRecord> {
    const { name, value, notBefore, notAfter } = secret;
    const row = { name, ...this.box.seal(name, value), notBefore, notAfter, updatedAt: new Date() };
    return withStorageErrors(async () => {
      await this.rows.upsert(row, ['name']);
      return toSecretRecord(await this.rows.findOneByOrFail({ name }));
    });
  }

  async putIfAbsent(name: string, value: string): Promise<boolean> {
    return withStorageErrors(async () => {
      // Asked first: an insert that does nothing would still raise the epoch, and anybody may cause one.
      if (await this.rows.existsBy({ name })) return false;
      const row = { name, ...this.box.seal(name, value), notBefore: null, notAfter: null, updatedAt: new Date() };
      const result = await this.rows.createQueryBuilder().insert().values(row).orIgnore().returning('name').execute();
      return (result.raw as unknown[]).length > 0;
    });
  }

  async delete(name: string): Promise<boolean> {
    const result = await withStorageErrors(() => this.rows.delete({ name }));
    return (result.affected ?? 0) > 0;
  }

  private get rows() {
    return this.dataSource.getRepository(SecretEntity);
  }
}

function toSecretRecord({ name, createdAt, updatedAt, notBefore, notAfter }: SecretRow): SecretRecord {
  return { name, createdAt, updatedAt, notBefore, notAfter };
}
