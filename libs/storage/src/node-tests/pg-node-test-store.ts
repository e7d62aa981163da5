import type { Json, JsonObject } from '#shared';
import type { Database } from '../connection/database.js';
import { jsonBytes } from '../connection/json-bytes.js';
import { storableText } from '../connection/storable-text.js';
import type { NodeTestOutcome, NodeTestState, NodeTestStore, NodeTestToCreate, TakenNodeTest } from './contract.js';

/** What nobody fetched goes with the next test; a worker that is still at it may end it meanwhile. */
const CREATE = {
  text: `with gone as (delete from node_tests where expires_at < now() - interval '1 minute')
    insert into node_tests (id, type, config, context, results, reply_to, expires_at)
    values ($1, $2, convert_from($3::bytea, 'UTF8')::json, convert_from($4::bytea, 'UTF8')::json,
      convert_from($5::bytea, 'UTF8')::json, $6, now() + $7 * interval '1 millisecond')`,
};

const TAKE = {
  text: `update node_tests set taken_at = now() where id = $1 and taken_at is null and expires_at > now()
    returning type, config, context, results, reply_to,
      (extract(epoch from expires_at - now()) * 1000)::float8 as expires_in_ms`,
};

const FINISH = {
  text: `update node_tests set outcome = convert_from($2::bytea, 'UTF8')::json where id = $1 and outcome is null`,
};

const FIND = { text: 'select taken_at is not null as taken, outcome from node_tests where id = $1' };

const DELETE = { text: 'delete from node_tests where id = $1' };

interface TakenRow {
  type: string;
  config: JsonObject;
  context: Json;
  results: Record<string, Json>;
  reply_to: string;
  expires_in_ms: number;
}

export class PgNodeTestStore implements NodeTestStore {
  constructor(private readonly database: Pick<Database, 'query'>) {}

  async create({ id, type, config, context, results, replyTo, expiresInMs }: NodeTestToCreate): Promise<void> {
    const payloads = [config, context, results].map((value) => jsonBytes(value));
    await this.database.query(CREATE, [id, storableText(type), ...payloads, storableText(replyTo), expiresInMs]);
  }

  async take(id: string): Promise<TakenNodeTest | null> {
    const [row] = await this.database.query<TakenRow>(TAKE, [id]);
    if (row === undefined) return null;
    const { type, config, context, results } = row;
    return { id, type, config, context, results, replyTo: row.reply_to, expiresInMs: row.expires_in_ms };
  }

  async finish(id: string, outcome: NodeTestOutcome): Promise<void> {
    await this.database.query(FINISH, [id, jsonBytes(outcome)]);
  }

  async find(id: string): Promise<NodeTestState | null> {
    const [row] = await this.database.query<{ taken: boolean; outcome: NodeTestOutcome | null }>(FIND, [id]);
    if (row === undefined) return null;
    if (row.outcome !== null) return { kind: 'ended', outcome: row.outcome };
    return { kind: row.taken ? 'running' : 'waiting' };
  }

  async delete(id: string): Promise<void> {
    await this.database.query(DELETE, [id]);
  }
}
