import { packedBytes, packedJson } from '../connection/payload-packer.js';
import type { PartitionedStatement } from '../partitions/partitioned-query.js';

const INPUT = `input as materialized (
  select * from json_to_recordset($1::json) as x (
    n int, id uuid, received_at timestamptz, workflow_id int, version_id int, execution_id uuid, mode workflow_mode,
    http_status smallint, sha256 bytea, dedup_id bytea, window_ms bigint, reply_to text, method text, url text, ip text,
    delivery_id text, content_type text, secret_name text, latency_ms int, chunk_id uuid, headers_at int, headers_length int,
    body_at int, body_length int, content_at int, content_length int
  )
)`;

/**
 * The whole of acceptance in one statement: wins the dedup keys that are new, expired or released, and writes request
 * and execution of every row that won or has no key. Rows that lost are not answered. Keys are locked in the order of
 * the input, which is sorted, so that two gateways with crossed keys wait for each other instead of deadlocking.
 */
export const INSERT_NEW: PartitionedStatement = {
  name: 'accept-new',
  text: (tables) => `with ${INPUT},
won as (
  insert into dedup_ids as d (dedup_id, execution_id, request_id, version_id, body_sha256, expires_at)
  select dedup_id, execution_id, id, version_id, sha256, now() + window_ms * interval '1 millisecond'
  from input where dedup_id is not null order by dedup_id
  on conflict (dedup_id) do update set
    previous_execution_id = case when d.released then d.execution_id end,
    execution_id = excluded.execution_id,
    request_id = excluded.request_id,
    version_id = excluded.version_id,
    body_sha256 = excluded.body_sha256,
    expires_at = excluded.expires_at,
    released = false
  where d.expires_at <= now() or d.released
  returning d.dedup_id, d.previous_execution_id
),
fresh as (
  select i.*, w.previous_execution_id
  from input i left join won w on w.dedup_id = i.dedup_id
  where i.dedup_id is null or w.dedup_id is not null
),
logged as (
  insert into ${tables.requests} (id, execution_id, received_at, workflow_id, verdict, http_status, method, ip, url, delivery_id,
    body_sha256, headers, body, content, content_type, secret_name, latency_ms)
  select id, execution_id, received_at, workflow_id, 'accepted', http_status, method, ip, url, delivery_id, sha256,
    ${packedJson('$2', 'headers')}, ${packedBytes('$2', 'body')},
    ${packedBytes('$2', 'content')}, content_type, secret_name, latency_ms
  from fresh
),
queued as (
  insert into ${tables.executions} (id, request_id, previous_execution_id, workflow_id, version_id, mode, dedup_id, reply_to, chunk_id)
  select execution_id, id, previous_execution_id, workflow_id, version_id, mode, dedup_id, reply_to, chunk_id from fresh
)
select n, previous_execution_id from fresh`,
};

/**
 * For the rows that lost, in a new snapshot that sees the winner: their own request row, and who was first. A key that
 * was released or ran out meanwhile is not answered: it can be won now. The answer is that of the first delivery, and so
 * is its status, also where another version gave it.
 */
export const INSERT_DUPLICATES: PartitionedStatement = {
  name: 'accept-duplicates',
  text: (tables) => `with ${INPUT},
found as (
  select i.*, d.first_execution_id, d.first_version_id, d.body_sha256 <> i.sha256 as body_differs,
    case when d.first_version_id = i.version_id then i.http_status
      else (select r.http_status from requests r where r.id = d.first_request_id) end as first_http_status
  from input i cross join lateral (
    select execution_id as first_execution_id, version_id as first_version_id,
      request_id as first_request_id, body_sha256
    from dedup_ids where dedup_id = i.dedup_id and not released and expires_at > now() limit 1
  ) d
),
logged as (
  insert into ${tables.requests} (id, execution_id, received_at, workflow_id, verdict, http_status, method, ip, url, delivery_id,
    body_sha256, body_differs, headers, body, content, content_type, secret_name, latency_ms)
  select id, first_execution_id, received_at, workflow_id, 'duplicate', first_http_status, method, ip, url, delivery_id,
    sha256, body_differs, ${packedJson('$2', 'headers')}, ${packedBytes('$2', 'body')},
    ${packedBytes('$2', 'content')}, content_type, secret_name, latency_ms
  from found
)
select n, first_execution_id as execution_id, first_version_id as version_id, body_differs from found`,
};
