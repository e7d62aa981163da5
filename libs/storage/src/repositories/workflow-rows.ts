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
  const numbers = await currentNumbers(manager, [row]);
  return withNumber(row, numbers);
}

export async function toWorkflowRecords(
  manager: EntityManager,
  rows: readonly WorkflowRow[],
): Promise<WorkflowRecord[]> {
  const numbers = await currentNumbers(manager, rows);
  return rows.map((row) => withNumber(row, numbers));
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

function withNumber(row: WorkflowRow, numbers: ReadonlyMap<number, number>): WorkflowRecord {
  const { id, key, title, description, mode, enabled, currentVersionId, createdAt, updatedAt } = row;
  const currentVersion = currentVersionId === null ? null : (numbers.get(currentVersionId) ?? null);
  return { id, key, title, description, mode, enabled, currentVersion, createdAt, updatedAt };
}
