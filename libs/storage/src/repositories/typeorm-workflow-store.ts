import { IsNull, LessThan, type DataSource, type EntityManager } from 'typeorm';
import { ADVISORY_LOCKS } from '../connection/advisory-locks.js';
import { decodeCursor, isSmallInteger } from '../connection/cursor.js';
import { toPage } from '../connection/to-page.js';
import type { Page, SaveResult, VersionRecord, WorkflowRecord, WorkflowStore, WorkflowToSave } from '../contract.js';
import { VersionEntity, type VersionRow } from '../entities/version.entity.js';
import { WorkflowEntity, type WorkflowRow } from '../entities/workflow.entity.js';
import { PathConflict, findPathConflict, pathOfVersion, segmentsOverlap } from './path-claims.js';
import { saveWorkflow, type SaveOptions } from './save-workflow.js';
import { withStorageErrors } from './with-storage-errors.js';
import { findShown, toVersionRecord, toWorkflowRecord, toWorkflowRecords } from './workflow-rows.js';

const MAX_INTEGER = 2_147_483_647;

/**
 * Workflows and their versions. Every write holds one lock on all workflows: paths are unique across them, and people
 * write rarely. The epoch is raised by triggers in the same transaction.
 */
export class TypeormWorkflowStore implements WorkflowStore {
  constructor(private readonly dataSource: DataSource) {}

  save(workflow: WorkflowToSave, options: SaveOptions): Promise<SaveResult> {
    return this.write((manager) => saveWorkflow(manager, workflow, options));
  }

  async find(key: string): Promise<{ workflow: WorkflowRecord; version: VersionRecord } | null> {
    return this.read(key, async (manager, row) => {
      const version = await findShown(manager, row);
      return version && { workflow: await toWorkflowRecord(manager, row), version: toVersionRecord(version) };
    });
  }

  async list(limit: number, cursor: string | null): Promise<Page<WorkflowRecord>> {
    const before = Number(decodeCursor(cursor, isSmallInteger) ?? MAX_INTEGER);
    return withStorageErrors(async () => {
      const { manager } = this.dataSource;
      const rows = await manager.find(WorkflowEntity, {
        where: { archivedAt: IsNull(), id: LessThan(before) },
        order: { id: 'desc' },
        take: limit + 1,
      });
      const page = toPage(
        rows,
        limit,
        (row) => row,
        (row) => String(row.id),
      );
      return { ...page, items: await toWorkflowRecords(manager, page.items) };
    });
  }

  async setEnabled(key: string, enabled: boolean): Promise<WorkflowRecord | null> {
    return this.change(key, async (manager, row) => {
      const changed = row.enabled === enabled ? row : await manager.save(WorkflowEntity, { ...row, enabled });
      return toWorkflowRecord(manager, changed as WorkflowRow);
    });
  }

  async archive(key: string): Promise<boolean> {
    const archived = await this.change(key, async (manager, row) => {
      await manager.save(WorkflowEntity, { ...row, enabled: false, currentVersionId: null, archivedAt: new Date() });
      return true;
    });
    return archived ?? false;
  }

  async listVersions(key: string, limit: number, cursor: string | null): Promise<Page<VersionRecord> | null> {
    const before = Number(decodeCursor(cursor, isSmallInteger) ?? MAX_INTEGER);
    return this.read(key, async (manager, row) => {
      const rows: VersionRow[] = await manager.find(VersionEntity, {
        where: { workflowId: row.id, number: LessThan(before) },
        order: { number: 'desc' },
        take: limit + 1,
      });
      return toPage(rows, limit, toVersionRecord, (version) => String(version.number));
    });
  }

  async findVersion(key: string, number: number): Promise<VersionRecord | null> {
    return this.read(key, async (manager, row) => {
      const version = await findNumber(manager, row.id, number);
      return version && toVersionRecord(version);
    });
  }

  /**
   * Throws {@link PathConflict} when another workflow has taken the version's path meanwhile.
   */
  async enableVersion(key: string, number: number): Promise<WorkflowRecord | null> {
    return this.change(key, async (manager, row) => {
      const version = await findNumber(manager, row.id, number);
      if (version === null) return null;
      const path = await pathOfVersion(manager, version.id);
      const otherKey = await findPathConflict(manager, { key, path }, segmentsOverlap);
      if (otherKey !== null) throw new PathConflict(otherKey);
      const { title, description } = textsOf(version);
      const current = { currentVersionId: version.id, enabled: true, title, description };
      return toWorkflowRecord(manager, (await manager.save(WorkflowEntity, { ...row, ...current })) as WorkflowRow);
    });
  }

  private write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return withStorageErrors(() =>
      this.dataSource.transaction(async (manager) => {
        await manager.query('select pg_advisory_xact_lock($1)', [ADVISORY_LOCKS.workflows]);
        return work(manager);
      }),
    );
  }

  private change<T>(
    key: string,
    work: (manager: EntityManager, row: WorkflowRow) => Promise<T | null>,
  ): Promise<T | null> {
    return this.write(async (manager) => {
      const row = await manager.findOneBy(WorkflowEntity, { key, archivedAt: IsNull() });
      return row && work(manager, row);
    });
  }

  private read<T>(
    key: string,
    work: (manager: EntityManager, row: WorkflowRow) => Promise<T | null>,
  ): Promise<T | null> {
    return withStorageErrors(async () => {
      const { manager } = this.dataSource;
      const row = await manager.findOneBy(WorkflowEntity, { key, archivedAt: IsNull() });
      return row && work(manager, row);
    });
  }
}

async function findNumber(manager: EntityManager, workflowId: number, number: number): Promise<VersionRow | null> {
  if (!isSmallInteger(String(number))) return null;
  return manager.findOneBy(VersionEntity, { workflowId, number });
}

/** Title and description follow the current version's document. */
function textsOf({ document }: VersionRow): { title: string | null; description: string | null } {
  const { title, description } = document;
  return {
    title: typeof title === 'string' ? title : null,
    description: typeof description === 'string' ? description : null,
  };
}
