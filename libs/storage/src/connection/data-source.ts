import { DataSource } from 'typeorm';
import { ApiKeyEntity } from '../entities/api-key.entity.js';
import { SecretEntity } from '../entities/secret.entity.js';
import { VersionEntity } from '../entities/version.entity.js';
import { WorkflowEntity } from '../entities/workflow.entity.js';
import { PUBLIC_SCHEMA } from './session-options.js';
import { MIGRATIONS } from '../migrations/index.js';

export interface DataSourceOptions {
  databaseUrl: string;
  applicationName: string;
  poolSize: number;
  /** Milliseconds; 0 for none (migrations). */
  statementTimeoutMs: number;
}

/** TypeORM's door to the database: migrations and the management tables. The hot path does not go through it. */
export function createDataSource(options: DataSourceOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.databaseUrl,
    applicationName: options.applicationName,
    poolSize: options.poolSize,
    entities: [WorkflowEntity, VersionEntity, SecretEntity, ApiKeyEntity],
    migrations: MIGRATIONS,
    migrationsTableName: 'migrations',
    logging: false,
    extra: {
      options: PUBLIC_SCHEMA,
      statement_timeout: options.statementTimeoutMs || undefined,
      query_timeout: options.statementTimeoutMs ? options.statementTimeoutMs + 250 : undefined,
      connectionTimeoutMillis: options.statementTimeoutMs || 10_000,
      idleTimeoutMillis: 60_000,
    },
  });
}
