import type { TriggerType } from '#engine';
import type { EntityManager } from 'typeorm';
import type { VersionRecord, WorkflowRecord } from '../contract.js';
import { VersionEntity, type VersionRow } from '../entities/version.entity.js';
import type { WorkflowRow } from '../entities/workflow.entity.js';

/** The version that a workflow's document is read from: the current one, else the newest. */
export function findShown(manager: EntityManager, workflow: WorkflowRow): Promise<VersionRow | null> {
  const { currentVersionId } = workflow;
  if (currentVersionId === null) return findNewest(manager, workflow.id);
  return manager.findOneBy(VersionEntity, { id: currentVersionId });
}

export function findNewest(manager: EntityManager, workflowId: number): Promise<VersionRow | null> {
  return manager.findOne(VersionEntity, { where: { workflowId }, order: { number: 'desc' } });
}

export async function toWorkflowRecord(manager: EntityManager, row: WorkflowRow): Promise<WorkflowRecord> {
  const [record] = await toWorkflowRecords(manager, [row]);
  return record!;
}

export async function toWorkflowRecords(
  manager: EntityManager,
  rows: readonly WorkflowRow[],
): Promise<WorkflowRecord[]> {
  const [numbers, triggers] = [await currentNumbers(manager, rows), await triggerTypes(manager, rows)];
  return rows.map((row) => withNames(row, numbers, triggers));
}

export function toVersionRecord({ id, number, document, contentHash, createdAt }: VersionRow): VersionRecord {
  return { id, number, document, contentHash, createdAt };
}

async function currentNumbers(manager: EntityManager, rows: readonly WorkflowRow[]): Promise<Map<number, number>> {
  const ids = rows.flatMap((row) => row.currentVersionId ?? []);
  if (ids.length === 0) return new Map();
  const versions: { id: number; number: number }[] = await manager.query(
    'select id, number from workflow_versions where id = any($1)',
    [ids],
  );
  return new Map(versions.map(({ id, number }) => [id, number]));
}

/** Of the newest versions: a key that was archived may have come back with another trigger. Webhooks have no binding. */
async function triggerTypes(manager: EntityManager, rows: readonly WorkflowRow[]): Promise<Map<number, TriggerType>> {
  const newest: { workflow_id: number; kind: TriggerType | null }[] = await manager.query(
    `select distinct on (v.workflow_id) v.workflow_id, b.kind
     from workflow_versions v left join trigger_bindings b on b.version_id = v.id
     where v.workflow_id = any($1) order by v.workflow_id, v.number desc`,
    [rows.map((row) => row.id)],
  );
  return new Map(newest.map(({ workflow_id, kind }) => [workflow_id, kind ?? 'webhook']));
}

function withNames(
  row: WorkflowRow,
  numbers: ReadonlyMap<number, number>,
  triggers: ReadonlyMap<number, TriggerType>,
): WorkflowRecord {
  const { id, key, title, description, mode, enabled, currentVersionId, createdAt, updatedAt } = row;
  const currentVersion = currentVersionId === null ? null : (numbers.get(currentVersionId) ?? null);
  const trigger = triggers.get(id) ?? 'webhook';
  return { id, key, title, description, trigger, mode, enabled, currentVersion, createdAt, updatedAt };
}
