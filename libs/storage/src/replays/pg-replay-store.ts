import { idFloor, isUuid, newId, type SecretBox } from '#shared';
import { decodeCursor } from '../connection/cursor.js';
import type { Database } from '../connection/database.js';
import { jsonBytes } from '../connection/json-bytes.js';
import { storableOrNull, storableText } from '../connection/storable-text.js';
import { toPage } from '../connection/to-page.js';
import type { Transaction } from '../connection/transaction.js';
import type { Page } from '../page.js';
import type { QueuedExecution } from '../queued-execution.js';
import type {
  PumpResult,
  ReplayableRequest,
  ReplayDecider,
  ReplayDetail,
  ReplayRecord,
  ReplaySelection,
  ReplayStore,
  ReplayToCreate,
} from './contract.js';
import { memberSource, REPLAYABLE } from './member-source.js';
import { pumpReplay } from './pump-replay.js';
import { filterJson, REPLAY_COLUMNS, toReplayRecord, type ReplayRow } from './replay-rows.js';
import { REPLAYABLE_COLUMNS, toReplayable, type ReplayableRow } from './replayable-request.js';
import { startCandidate } from './start-requests.js';

/** Pause of a replay that a fault holds up. */
const FAULT_PAUSE = `interval '5 seconds'`;

const CLOCK = 'select floor(extract(epoch from clock_timestamp()) * 1000)::float8 as now';

const CREATE = `insert into replays (id, kind, filter, from_node, version_choice, rate, status, total, bound, created_by,
    idempotency_key)
  values ($1, $2, convert_from($3::bytea, 'UTF8')::json, $4, $5, $6, 'queued', $7, $8, $9, $10)
  on conflict (idempotency_key) do nothing returning ${REPLAY_COLUMNS}`;

const CREATE_DONE = `insert into replays (id, kind, filter, version_choice, rate, status, total, started, bound, started_at, ended_at,
    created_by)
  values ($1, 'requests', convert_from($2::bytea, 'UTF8')::json, 'current', 1, 'done', 1, 1, $1, now(), now(), $3)`;

const BY_KEY = `select ${REPLAY_COLUMNS} from replays where idempotency_key = $1`;

const FIND = { text: `select ${REPLAY_COLUMNS} from replays where id = $1` };

const REASONS = {
  text: `select outcome, reason, count(*)::int as count from replay_members
    where replay_id = $1 and outcome <> 'started' group by outcome, reason order by count desc, outcome, reason`,
};

const LIST = {
  text: `select ${REPLAY_COLUMNS} from replays where $1::uuid is null or id < $1 order by id desc limit $2`,
};

const CANCEL = {
  text: `with gone as (
      update replays set status = 'canceled', ended_at = now(), error = null
      where id = $1 and status in ('queued', 'running') returning id
    )
    select exists (select 1 from gone) as canceled from replays where id = $1`,
};

const FAULT = {
  text: `update replays set error = $2, next_at = now() + ${FAULT_PAUSE} where id = $1 and status in ('queued', 'running')`,
};

const FIND_REPLAYABLE = {
  text: `select ${REPLAYABLE_COLUMNS}, coalesce(${REPLAYABLE}, false) as replayable
    from requests r left join workflows w on w.id = r.workflow_id where r.id = $1`,
};

/** Replays, their members and what they start. */
export class PgReplayStore implements ReplayStore {
  /** @param box encrypts what a retry takes over of true results behind masked ones */
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
  ) {}

  count(selection: ReplaySelection): Promise<number> {
    return this.database.transaction(async (transaction) => {
      const bound = await boundOf(transaction, selection);
      return countMembers(transaction, selection, bound);
    });
  }

  create(replay: ReplayToCreate): Promise<{ replay: ReplayRecord; isNew: boolean }> {
    return this.database.transaction(async (transaction) => {
      const key = storableOrNull(replay.idempotencyKey);
      const [known] = key === null ? [] : await transaction.query<ReplayRow>(BY_KEY, [key]);
      if (known !== undefined) return { replay: toReplayRecord(known), isNew: false };
      const bound = await boundOf(transaction, replay);
      const total = await countMembers(transaction, replay, bound);
      const retry = replay.kind === 'executions' ? [replay.fromNode, replay.version] : [null, 'current'];
      const [row] = await transaction.query<ReplayRow>(CREATE, [
        ...[replay.id, replay.kind, jsonBytes(filterJson(replay.filter)), ...retry, replay.rate, total, bound],
        ...[storableText(replay.createdBy), key],
      ]);
      if (row !== undefined) return { replay: toReplayRecord(row), isNew: true };
      // Somebody else committed the same key meanwhile: a new snapshot sees it.
      const [other] = await transaction.query<ReplayRow>(BY_KEY, [key]);
      return { replay: toReplayRecord(other!), isNew: false };
    });
  }

  async list(limit: number, cursor: string | null): Promise<Page<ReplayRecord>> {
    const rows = await this.database.query<ReplayRow>(LIST, [decodeCursor(cursor, isUuid), limit + 1]);
    return toPage(rows, limit, toReplayRecord, (row) => row.id);
  }

  async find(id: string): Promise<ReplayDetail | null> {
    if (!isUuid(id)) return null;
    const [row] = await this.database.query<ReplayRow>(FIND, [id]);
    if (row === undefined) return null;
    const reasons = await this.database.query<ReplayDetail['reasons'][number]>(REASONS, [id]);
    return { ...toReplayRecord(row), reasons };
  }

  async cancel(id: string): Promise<'canceled' | 'ended' | 'unknown'> {
    if (!isUuid(id)) return 'unknown';
    const [row] = await this.database.query<{ canceled: boolean }>(CANCEL, [id]);
    if (row === undefined) return 'unknown';
    return row.canceled ? 'canceled' : 'ended';
  }

  async findReplayable(requestId: string): Promise<ReplayableRequest | 'unknown' | 'not_replayable'> {
    if (!isUuid(requestId)) return 'unknown';
    const [row] = await this.database.query<ReplayableRow & { replayable: boolean }>(FIND_REPLAYABLE, [requestId]);
    if (row === undefined) return 'unknown';
    return row.replayable ? toReplayable(row) : 'not_replayable';
  }

  startOne(candidate: ReplayableRequest, createdBy: string): Promise<QueuedExecution | null> {
    const id = newId();
    return this.database.transaction(async (transaction) => {
      const { id: requestId } = candidate.request;
      const kept = await transaction.query('select id from requests where id = $1 for key share', [requestId]);
      if (kept.length === 0) return null;
      const filter = jsonBytes({ request: requestId });
      await transaction.query(CREATE_DONE, [id, filter, storableText(createdBy)]);
      const { started } = await startCandidate(transaction, id, candidate);
      return started[0]!;
    });
  }

  async pump(batch: number, decider: ReplayDecider): Promise<PumpResult> {
    let held: string | null = null;
    try {
      return await pumpReplay(this.database, this.box, batch, decider, (id) => (held = id));
    } catch (error) {
      if (held !== null) await this.hold(held, error).catch(() => undefined);
      throw error;
    }
  }

  private async hold(replayId: string, error: unknown): Promise<void> {
    const message = error instanceof Error ? error.message : String(error);
    await this.database.query(FAULT, [replayId, storableText(message).slice(0, 1_000)]);
  }
}

/** Ids below it are those of now at the latest, by the database's clock. */
async function boundOf(transaction: Transaction, { filter: { to } }: ReplaySelection): Promise<string> {
  const [clock] = await transaction.query<{ now: number }>(CLOCK);
  const now = clock!.now + 1;
  return idFloor(new Date(to === undefined ? now : Math.min(now, to.getTime())));
}

async function countMembers(transaction: Transaction, selection: ReplaySelection, bound: string): Promise<number> {
  const { from, where, values } = memberSource(selection, { replayId: null, after: null, bound });
  const [row] = await transaction.query<{ count: number }>(
    `select count(*)::int as count from ${from} where ${where}`,
    values,
  );
  return row!.count;
}
