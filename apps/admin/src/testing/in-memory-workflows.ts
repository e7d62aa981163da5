import type { TriggerBinding } from '#engine';
import type {
  BoundWorkflow,
  Page,
  SaveResult,
  VersionRecord,
  WorkflowRecord,
  WorkflowStore,
  WorkflowToSave,
} from '#storage';
import { pageOf } from './page-of.js';

interface Kept {
  workflow: WorkflowRecord;
  versions: VersionRecord[];
  paths: Map<number, WorkflowToSave['path']>;
  bindings: Map<number, TriggerBinding | null>;
  archived: boolean;
}

/** Workflows without a database, for specs of what the API makes of storage's answers. */
export class InMemoryWorkflows implements WorkflowStore {
  private readonly kept = new Map<string, Kept>();
  private nextId = 1;

  async save(
    saved: WorkflowToSave,
    { create, overlaps }: { create: boolean; overlaps: (a: string, b: string) => boolean },
  ): Promise<SaveResult> {
    const known = this.kept.get(saved.key);
    const refusal = this.refusal(saved, known, create, overlaps);
    if (refusal) return refusal;
    const entry = known ?? this.open(saved);
    const current = entry.versions.find((version) => version.number === entry.workflow.currentVersion);
    if (saved.enabled !== undefined) entry.workflow.enabled = saved.enabled;
    if (current && current.contentHash === saved.contentHash) {
      return { kind: 'unchanged', workflow: { ...entry.workflow }, version: current };
    }
    const version = this.addVersion(entry, saved);
    if (!saved.draft) Object.assign(entry.workflow, { currentVersion: version.number, title: saved.title });
    return { kind: known ? 'updated' : 'created', workflow: { ...entry.workflow }, version };
  }

  private refusal(
    saved: WorkflowToSave,
    known: Kept | undefined,
    create: boolean,
    overlaps: (a: string, b: string) => boolean,
  ): SaveResult | null {
    if (known && create) return { kind: 'key_taken' };
    if (known && known.workflow.mode !== saved.mode) return { kind: 'mode_differs' };
    if (known && saved.ifMatch !== null && shownVersion(known).contentHash !== saved.ifMatch) return { kind: 'stale' };
    const other = [...this.kept.values()].find((entry) => {
      const path = entry.paths.get(entry.workflow.currentVersion ?? 0);
      return entry !== known && saved.path && path && overlaps(saved.path.pattern, path.pattern);
    });
    return other ? { kind: 'path_conflict', otherKey: other.workflow.key } : null;
  }

  private open({ key, title, description, mode, binding }: WorkflowToSave): Kept {
    const at = new Date();
    const trigger = binding?.kind ?? ('webhook' as const);
    const workflow = {
      id: this.nextId++,
      key,
      title,
      description,
      trigger,
      mode,
      enabled: false,
      currentVersion: null,
    };
    const entry = {
      workflow: { ...workflow, createdAt: at, updatedAt: at },
      versions: [],
      paths: new Map(),
      bindings: new Map(),
      archived: false,
    };
    this.kept.set(key, entry);
    return entry;
  }

  private addVersion(entry: Kept, { document, contentHash, path, binding = null }: WorkflowToSave): VersionRecord {
    const number = entry.versions.length + 1;
    const version = { id: entry.workflow.id * 1000 + number, number, document, contentHash, createdAt: new Date() };
    entry.versions.push(version);
    entry.paths.set(number, path);
    entry.bindings.set(number, binding);
    return version;
  }

  private live(key: string): Kept | null {
    const entry = this.kept.get(key);
    return entry && !entry.archived ? entry : null;
  }

  async find(key: string) {
    const entry = this.live(key);
    return entry && { workflow: { ...entry.workflow }, version: shownVersion(entry) };
  }

  async list(limit: number, cursor: string | null): Promise<Page<WorkflowRecord>> {
    const items = [...this.kept.values()].filter((entry) => !entry.archived).map((entry) => entry.workflow);
    return pageOf(items.reverse(), limit, cursor, (item) => String(item.id));
  }

  async setEnabled(key: string, enabled: boolean) {
    const entry = this.live(key);
    return entry && Object.assign(entry.workflow, { enabled });
  }

  async archive(key: string) {
    const entry = this.live(key);
    if (entry) entry.archived = true;
    return entry !== null;
  }

  async listVersions(key: string, limit: number, cursor: string | null) {
    const entry = this.live(key);
    return entry && pageOf([...entry.versions].reverse(), limit, cursor, (item) => String(item.number));
  }

  async findVersion(key: string, number: number) {
    return this.live(key)?.versions[number - 1] ?? null;
  }

  async enableVersion(key: string, number: number) {
    const entry = this.live(key);
    if (!entry?.versions[number - 1]) return null;
    return Object.assign(entry.workflow, { currentVersion: number, enabled: true });
  }

  /** For `triggers.findBound`. */
  bound(): (BoundWorkflow & { kind: string })[] {
    return [...this.kept.values()].flatMap(({ workflow, versions, bindings, archived }) => {
      const { id: workflowId, key: workflowKey, mode, enabled, currentVersion } = workflow;
      const binding = bindings.get(currentVersion ?? 0);
      const version = versions.find(({ number }) => number === currentVersion);
      if (!binding || !version || !enabled || archived) return [];
      return [{ workflowId, workflowKey, mode, versionId: version.id, version: version.number, ...binding }];
    });
  }

  /** For `configuration.loadVersion`. */
  versionById(id: number) {
    for (const { workflow, versions } of this.kept.values()) {
      const version = versions.find((candidate) => candidate.id === id);
      if (version) return { workflow, version };
    }
    return null;
  }
}

function shownVersion({ workflow, versions }: Kept): VersionRecord {
  return versions.find(({ number }) => number === workflow.currentVersion) ?? (versions.at(-1) as VersionRecord);
}
