import type { JsonObject } from '#shared';
import type { BoundWorkflow } from './contract.js';

/** What {@link toBoundWorkflow} takes, of bindings in force only. */
export const BOUND_WORKFLOWS = `select w.id as workflow_id, w.key as workflow_key, v.id as version_id, v.number as version,
    w.mode, v.stack_limit, b.collection, b.events, b.is_global, b.config
  from trigger_bindings b
    join workflows w on w.current_version_id = b.version_id and w.enabled and w.archived_at is null
    join workflow_versions v on v.id = b.version_id`;

export interface BoundRow {
  workflow_id: number;
  workflow_key: string;
  version_id: number;
  version: number;
  mode: 'async' | 'sync';
  stack_limit: number | null;
  collection: string | null;
  events: string[];
  is_global: boolean;
  config: JsonObject;
}

export function toBoundWorkflow(row: BoundRow): BoundWorkflow {
  return {
    workflowId: row.workflow_id,
    workflowKey: row.workflow_key,
    versionId: row.version_id,
    version: row.version,
    mode: row.mode,
    collection: row.collection,
    events: row.events,
    isGlobal: row.is_global,
    config: row.config,
  };
}
