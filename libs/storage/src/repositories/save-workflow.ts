import { isJsonObject, type JsonObject } from '#shared';
import type { EntityManager } from 'typeorm';
import { storableText } from '../connection/storable-text.js';
import type { SaveResult, WorkflowToSave } from '../contract.js';
import { VersionEntity, type VersionRow } from '../entities/version.entity.js';
import { WorkflowEntity, type WorkflowRow } from '../entities/workflow.entity.js';
import { storeBinding } from '../triggers/store-binding.js';
import { findPathConflict, storePathClaims, type Overlaps } from './path-claims.js';
import { findNewest, findShown, toVersionRecord, toWorkflowRecord } from './workflow-rows.js';

export interface SaveOptions {
  create: boolean;
  overlaps: Overlaps;
}

/** Applies a document; the caller holds the lock on all workflows. */
export async function saveWorkflow(
  manager: EntityManager,
  save: WorkflowToSave,
  options: SaveOptions,
): Promise<SaveResult> {
  const row = await manager.findOneBy(WorkflowEntity, { key: save.key });
  const live = row !== null && row.archivedAt === null ? row : null;
  const refusal = await refuse(manager, live, save, options);
  if (refusal !== null) return refusal;
  const same = live && (await findSame(manager, live, save));
  if (live !== null && same !== null) return applySwitch(manager, live, same, save);
  const otherKey = await findPathConflict(manager, save, options.overlaps);
  if (otherKey !== null) return { kind: 'path_conflict', otherKey };
  const { workflow, version } = await storeVersion(manager, row ?? (await createRow(manager, save)), save);
  return {
    kind: live === null ? 'created' : 'updated',
    workflow: await toWorkflowRecord(manager, workflow),
    version: toVersionRecord(version),
  };
}

async function refuse(
  manager: EntityManager,
  live: WorkflowRow | null,
  save: WorkflowToSave,
  options: SaveOptions,
): Promise<SaveResult | null> {
  if (options.create && live !== null) return { kind: 'key_taken' };
  if (save.ifMatch !== null) {
    const shown = live && (await findShown(manager, live));
    if (shown?.contentHash !== save.ifMatch) return { kind: 'stale' };
  }
  if (live === null) return null;
  return live.mode === save.mode ? refuseTrigger(manager, live, save) : { kind: 'mode_differs' };
}

/** The type of the trigger stays as well: what a version left behind (paths, counts) means nothing to another type. */
async function refuseTrigger(
  manager: EntityManager,
  live: WorkflowRow,
  save: WorkflowToSave,
): Promise<SaveResult | null> {
  const shown = await findShown(manager, live);
  const type = shown === null ? null : triggerTypeOf(shown.document);
  return type === null || type === triggerTypeOf(save.document) ? null : { kind: 'trigger_differs', type };
}

function triggerTypeOf({ trigger }: JsonObject): string | null {
  return isJsonObject(trigger) && typeof trigger.type === 'string' ? trigger.type : null;
}

/** The version that has this content already: the current one, or for a draft the newest. */
async function findSame(manager: EntityManager, live: WorkflowRow, save: WorkflowToSave): Promise<VersionRow | null> {
  const current = live.currentVersionId;
  if (save.draft) {
    const newest = await findNewest(manager, live.id);
    return newest?.contentHash === save.contentHash ? newest : null;
  }
  return current === null ? null : manager.findOneBy(VersionEntity, { id: current, contentHash: save.contentHash });
}

async function applySwitch(
  manager: EntityManager,
  live: WorkflowRow,
  version: VersionRow,
  save: WorkflowToSave,
): Promise<SaveResult> {
  const stated = !save.draft && save.enabled !== undefined && save.enabled !== live.enabled;
  const workflow = stated ? await manager.save(WorkflowEntity, { ...live, enabled: save.enabled }) : live;
  return {
    kind: 'unchanged',
    workflow: await toWorkflowRecord(manager, workflow as WorkflowRow),
    version: toVersionRecord(version),
  };
}

function createRow(manager: EntityManager, save: WorkflowToSave): Promise<WorkflowRow> {
  const { key, title, description, mode } = save;
  return manager.save(WorkflowEntity, {
    key,
    title,
    description,
    mode,
    enabled: false,
    currentVersionId: null,
    nextNumber: 1,
    archivedAt: null,
  }) as Promise<WorkflowRow>;
}

/** A key that was archived comes back as new, except that its numbers go on. A draft changes nothing that is seen. */
async function storeVersion(
  manager: EntityManager,
  row: WorkflowRow,
  save: WorkflowToSave,
): Promise<{ workflow: WorkflowRow; version: VersionRow }> {
  const version = (await manager.save(VersionEntity, {
    workflowId: row.id,
    number: row.nextNumber,
    document: save.document,
    contentHash: save.contentHash,
    schemaVersion: schemaVersionOf(save),
    ...optionsOf(save),
  })) as VersionRow;
  await storePathClaims(manager, version, save.path);
  // Before the workflow is changed: a switch looks at what the version asks for.
  await storeBinding(manager, version, save.binding ?? null);
  const shown = save.draft && row.archivedAt === null ? {} : { title: save.title, description: save.description };
  const current = save.draft ? {} : { currentVersionId: version.id, enabled: save.enabled ?? row.enabled };
  const workflow = (await manager.save(WorkflowEntity, {
    ...row,
    ...shown,
    ...current,
    mode: save.mode,
    archivedAt: null,
    nextNumber: row.nextNumber + 1,
  })) as WorkflowRow;
  return { workflow, version };
}

/** What the ending of an execution needs of the document, in columns: Postgres may be unable to look into its JSON. */
function optionsOf({ document }: WorkflowToSave): Pick<VersionRow, 'errorWorkflow' | 'stackLimit'> {
  const { errorWorkflow, stackLimit } = isJsonObject(document.options) ? document.options : {};
  return {
    errorWorkflow: typeof errorWorkflow === 'string' ? storableText(errorWorkflow) : null,
    stackLimit: Number.isInteger(stackLimit) ? (stackLimit as number) : null,
  };
}

function schemaVersionOf({ document }: WorkflowToSave): number {
  const { schemaVersion } = document;
  return typeof schemaVersion === 'number' ? schemaVersion : 1;
}
