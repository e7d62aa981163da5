import { SecretBox, type JsonObject } from '#shared';
import type { Database } from '../connection/database.js';
import type { ActiveVersion, ConfigurationStore } from '../contract.js';

/**
 * Room below the stored epoch for the moments at which a secret came into force or ran out: they change the
 * configuration although nobody writes.
 */
const MOMENTS = 4096;

const READ_EPOCH = {
  name: 'read-epoch',
  text: `select epoch * ${MOMENTS} + (
      select count(*) filter (where not_before <= now()) + count(*) filter (where not_after <= now()) from secrets
    ) % ${MOMENTS} as epoch
    from configuration_epoch`,
};

const VERSION_COLUMNS = `w.id as workflow_id, w.key as workflow_key, v.id as version_id, v.number as version, v.document`;

const LOAD_ACTIVE = {
  name: 'load-active',
  text: `select ${VERSION_COLUMNS} from workflows w join workflow_versions v on v.id = w.current_version_id
    where w.enabled and w.archived_at is null order by w.id`,
};

const LOAD_VERSION = {
  name: 'load-version',
  text: `select ${VERSION_COLUMNS} from workflow_versions v join workflows w on w.id = v.workflow_id where v.id = $1`,
};

const LOAD_SECRETS = {
  name: 'load-secrets',
  text: `select name, key_id, wrapped_key, ciphertext from secrets
    where (not_before is null or not_before <= now()) and (not_after is null or not_after > now())`,
};

interface VersionColumns {
  workflow_id: number;
  workflow_key: string;
  version_id: number;
  version: number;
  document: JsonObject;
}

interface SealedRow {
  name: string;
  key_id: string;
  wrapped_key: Buffer;
  ciphertext: Buffer;
}

/** What gateways and workers cache, and the number that tells when the cache is old. */
export class PgConfigurationStore implements ConfigurationStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  async readEpoch(): Promise<number> {
    const [row] = await this.database.query<{ epoch: string }>(READ_EPOCH);
    return Number(row!.epoch);
  }

  async loadActive(): Promise<ActiveVersion[]> {
    return (await this.database.query<VersionColumns>(LOAD_ACTIVE)).map(toActiveVersion);
  }

  async loadVersion(versionId: number): Promise<ActiveVersion | null> {
    const [row] = await this.database.query<VersionColumns>(LOAD_VERSION, [versionId]);
    return row === undefined ? null : toActiveVersion(row);
  }

  /** Throws when a secret cannot be opened: another master key, or a row that was tampered with. */
  async loadSecrets(): Promise<Map<string, string>> {
    const rows = await this.database.query<SealedRow>(LOAD_SECRETS);
    return new Map(
      rows.map(({ name, key_id, wrapped_key, ciphertext }) => [
        name,
        this.box.open(name, { keyId: key_id, wrappedKey: wrapped_key, ciphertext }),
      ]),
    );
  }
}

function toActiveVersion(row: VersionColumns): ActiveVersion {
  return {
    workflowId: row.workflow_id,
    workflowKey: row.workflow_key,
    versionId: row.version_id,
    version: row.version,
    document: row.document,
  };
}
