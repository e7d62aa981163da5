import type { EntityManager } from 'typeorm';
import type { WorkflowToSave } from '../contract.js';

/** A custom path in force, of another workflow. */
interface PathClaim {
  key: string;
  method: string;
  pattern: string;
}

/** The custom paths of two workflows meet. */
export class PathConflict extends Error {
  override readonly name = 'PathConflict';

  constructor(readonly otherKey: string) {
    super(`The path overlaps one of workflow "${otherKey}".`);
  }
}

export type Overlaps = (a: string, b: string) => boolean;

/**
 * Two patterns meet when some path matches both: as many segments, and in each place equal text or a `:name` on either
 * side.
 */
export function segmentsOverlap(a: string, b: string): boolean {
  const left = segmentsOf(a);
  const right = segmentsOf(b);
  return left.length === right.length && left.every((segment, place) => meets(segment, right[place]!));
}

/**
 * The key of a workflow that stands in the way of this key and path, or null. A path conflicts with overlapping paths
 * that share a method, and with a key of the same spelling; a key conflicts with a literal path of its spelling.
 */
export async function findPathConflict(
  manager: EntityManager,
  workflow: Pick<WorkflowToSave, 'key' | 'path'>,
  overlaps: Overlaps,
): Promise<string | null> {
  const claims: PathClaim[] = await manager.query(
    `select w.key, p.method, p.pattern from workflow_paths p
     join workflows w on w.current_version_id = p.version_id and w.archived_at is null
     where w.key <> $1 order by w.key`,
    [workflow.key],
  );
  const taken = claims.find(({ pattern }) => literalOf(pattern) === workflow.key);
  if (taken !== undefined) return taken.key;
  const { path } = workflow;
  if (path === null) return null;
  const namesake: { key: string }[] = await manager.query(
    'select key from workflows where key = $1 and archived_at is null',
    [literalOf(path.pattern)],
  );
  if (namesake.length > 0) return namesake[0]!.key;
  const claim = claims.find(({ method, pattern }) => path.methods.includes(method) && overlaps(path.pattern, pattern));
  return claim?.key ?? null;
}

/** Records the claims of a version; they count once it is current. */
export async function storePathClaims(
  manager: EntityManager,
  version: { id: number; workflowId: number },
  path: WorkflowToSave['path'],
): Promise<void> {
  for (const method of new Set(path?.methods)) {
    await manager.query(
      'insert into workflow_paths (version_id, workflow_id, method, pattern) values ($1, $2, $3, $4)',
      [version.id, version.workflowId, method, path!.pattern],
    );
  }
}

/** The claims that a version was stored with. */
export async function pathOfVersion(manager: EntityManager, versionId: number): Promise<WorkflowToSave['path']> {
  const rows: { method: string; pattern: string }[] = await manager.query(
    'select method, pattern from workflow_paths where version_id = $1',
    [versionId],
  );
  return rows.length === 0 ? null : { pattern: rows[0]!.pattern, methods: rows.map((row) => row.method) };
}

function segmentsOf(pattern: string): string[] {
  return literalOf(pattern).split('/');
}

/** A pattern without the slash it may begin with: in this spelling it may equal a key. */
function literalOf(pattern: string): string {
  return pattern.replace(/^\//, '');
}

function meets(a: string, b: string): boolean {
  return a === b || a.startsWith(':') || b.startsWith(':');
}
