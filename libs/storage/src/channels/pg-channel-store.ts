import type { JsonObject, SecretBox } from '#shared';
import type { Database } from '../connection/database.js';
import type { ChannelRecord, ChannelStore } from './contract.js';

const COLUMNS = 'name, type, key_id, wrapped_key, ciphertext, created_at, updated_at';

const LIST = { name: 'list-channels', text: `select ${COLUMNS} from channels order by name` };
const FIND = { name: 'find-channel', text: `select ${COLUMNS} from channels where name = $1` };
const PUT = {
  text: `insert into channels (name, type, key_id, wrapped_key, ciphertext) values ($1, $2, $3, $4, $5)
    on conflict (name) do update set type = excluded.type, key_id = excluded.key_id,
      wrapped_key = excluded.wrapped_key, ciphertext = excluded.ciphertext, updated_at = now()
    returning ${COLUMNS}, xmax = 0 as created`,
};
const DELETE = { text: 'delete from channels where name = $1 returning name' };

interface ChannelRow {
  name: string;
  type: string;
  key_id: string;
  wrapped_key: Buffer;
  ciphertext: Buffer;
  created_at: Date;
  updated_at: Date;
}

export class PgChannelStore implements ChannelStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  async list(): Promise<ChannelRecord[]> {
    return (await this.database.query<ChannelRow>(LIST)).map((row) => this.open(row));
  }

  async find(name: string): Promise<ChannelRecord | null> {
    const [row] = await this.database.query<ChannelRow>(FIND, [name]);
    return row === undefined ? null : this.open(row);
  }

  async put({ name, type, config }: Pick<ChannelRecord, 'name' | 'type' | 'config'>) {
    const { keyId, wrappedKey, ciphertext } = this.box.seal(sealName(name), JSON.stringify(config));
    const values = [name, type, keyId, wrappedKey, ciphertext];
    const [row] = await this.database.query<ChannelRow & { created: boolean }>(PUT, values);
    return { channel: this.open(row!), created: row!.created };
  }

  async delete(name: string): Promise<boolean> {
    return (await this.database.query(DELETE, [name])).length > 0;
  }

  /** Throws when the config cannot be opened: another master key, or a row that was tampered with. */
  private open(row: ChannelRow): ChannelRecord {
    const { name, type, key_id: keyId, wrapped_key: wrappedKey, ciphertext } = row;
    const config = JSON.parse(this.box.open(sealName(name), { keyId, wrappedKey, ciphertext })) as JsonObject;
    return { name, type, config, createdAt: row.created_at, updatedAt: row.updated_at };
  }
}

/** No secret can be named so: a secret's row copied here does not open, nor the other way round. */
function sealName(name: string): string {
  return `channel:${name}`;
}
