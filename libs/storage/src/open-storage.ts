import { SecretBox } from '#shared';
import type { DataSource } from 'typeorm';
import { BatchingRequestLog } from './accepting/batching-request-log.js';
import { GroupCommitAcceptor } from './accepting/group-commit-acceptor.js';
import { PgCollectionStore } from './collections/pg-collection-store.js';
import { PgChannelStore } from './channels/pg-channel-store.js';
import { PgNotificationStore } from './channels/pg-notification-store.js';
import { createDataSource } from './connection/data-source.js';
import { Database } from './connection/database.js';
import type { Storage, StorageOptions } from './contract.js';
import { PgHistoryStore } from './history/pg-history-store.js';
import { PgMaintenanceStore } from './maintenance/pg-maintenance-store.js';
import { assertMigrated } from './migrations/assert-migrated.js';
import { PgNodeTestStore } from './node-tests/pg-node-test-store.js';
import { PartitionedQuery } from './partitions/partitioned-query.js';
import { PgConfigurationStore } from './repositories/pg-configuration-store.js';
import { TypeormApiKeyStore } from './repositories/typeorm-api-key-store.js';
import { TypeormSecretStore } from './repositories/typeorm-secret-store.js';
import { TypeormWorkflowStore } from './repositories/typeorm-workflow-store.js';
import { withStorageErrors } from './repositories/with-storage-errors.js';
import { PgReplayStore } from './replays/pg-replay-store.js';
import { PgDispatchStore } from './running/pg-dispatch-store.js';
import { PgExecutionStore } from './running/pg-execution-store.js';
import { PgLeaseStore } from './running/pg-lease-store.js';
import { PgTaskStore } from './tasks/pg-task-store.js';
import { PgScheduleStore } from './triggers/pg-schedule-store.js';
import { PgTriggerStore } from './triggers/pg-trigger-store.js';
import { RecordTriggers } from './triggers/record-triggers.js';
import { StartedExecutions } from './triggers/started-executions.js';

/** Connections of the management tables' own small pool; idle ones are closed. */
const MANAGEMENT_POOL = 2;

/**
 * Opens the store of a process. Rejects with `StorageUnavailable` when the database is away and with `SchemaTooOld`
 * when it was not migrated to this release. After that it survives the database: calls fail while it is away and work
 * again when it is back.
 */
export async function openStorage(options: StorageOptions): Promise<Storage> {
  await withStorageErrors(() => assertMigrated(options.databaseUrl));
  const box = new SecretBox(options.masterKey);
  const dataSource = createDataSource({ ...options, poolSize: MANAGEMENT_POOL });
  await withStorageErrors(() => dataSource.initialize());
  const database = new Database(options);
  return assemble(database, dataSource, box, options);
}

function assemble(database: Database, dataSource: DataSource, box: SecretBox, options: StorageOptions): Storage {
  const queries = new PartitionedQuery(database);
  const acceptor = new GroupCommitAcceptor(queries, options.statementTimeoutMs, options.chunkSize);
  const requestLog = new BatchingRequestLog(database, options.refusalLogRate);
  const started = new StartedExecutions();
  const recordTriggers = new RecordTriggers(started);
  const executions = new PgExecutionStore(database, queries, box, recordTriggers);
  return {
    acceptor,
    requestLog,
    executions,
    dispatch: new PgDispatchStore(database),
    leases: new PgLeaseStore(database),
    configuration: new PgConfigurationStore(database, box),
    workflows: new TypeormWorkflowStore(dataSource),
    history: new PgHistoryStore(database, box),
    secrets: new TypeormSecretStore(dataSource, box),
    apiKeys: new TypeormApiKeyStore(dataSource),
    channels: new PgChannelStore(database, box),
    notifications: new PgNotificationStore(database),
    nodeTests: new PgNodeTestStore(database),
    collections: new PgCollectionStore(database, recordTriggers),
    triggers: new PgTriggerStore(database, started),
    schedules: new PgScheduleStore(database),
    replays: new PgReplayStore(database, box),
    maintenance: new PgMaintenanceStore(database, options.databaseUrl),
    tasks: new PgTaskStore(database),
    ping: (timeoutMs) => database.ping(timeoutMs),
    close: async () => {
      await Promise.all([acceptor.close(), requestLog.close(), executions.close()]);
      await Promise.all([database.close(), dataSource.destroy()]);
    },
  };
}
