/** The log of inbound requests: raw bytes are stored here and nowhere else. */
export const HISTORY_TABLES: readonly string[] = [
  `create table requests (
    id uuid not null,
    execution_id uuid,
    received_at timestamptz not null,
    workflow_id int,
    gate smallint,
    http_status smallint,
    body_differs boolean,
    verdict text not null,
    reason text,
    method text not null,
    ip text not null,
    url text not null,
    delivery_id text,
    body_sha256 bytea,
    headers json,
    body bytea,
    primary key (id)
  ) partition by range (id)`,

  // EXTERNAL: never compressed. pglz costs more CPU on the accepting path than the whole insert, and lz4 is a build
  // option that managed and embedded servers lack. A body above the page limit goes out of line as it is, lists never
  // touch it, and its length is read without fetching it. The price is disk, which leaves with the day's partition.
  `alter table requests alter column body set storage external`,

  `create index requests_by_workflow on requests (workflow_id, id)`,
  // The left part only: an index entry is limited to about 2,700 bytes, a sender's id is not.
  `create index requests_by_delivery on requests (left(delivery_id, 200)) where delivery_id is not null`,

  `create table refusal_counts (
    minute timestamptz not null,
    workflow_id int not null default 0,
    gate smallint not null,
    reason text not null,
    count bigint not null,
    primary key (minute, workflow_id, gate, reason)
  )`,
];
