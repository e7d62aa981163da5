import { matchPath } from '#engine';
import type { ActiveWorkflow } from './active-workflow.js';

/** Looks up workflows by what stands after `/api/webhooks/`. Never asks the database: an unknown key costs nothing. */
export class WorkflowIndex {
  private readonly byKey = new Map<string, ActiveWorkflow>();
  /** By number of segments and first literal; a path that starts with a parameter is under `*`. */
  private readonly byPath = new Map<string, ActiveWorkflow[]>();

  constructor(workflows: readonly ActiveWorkflow[]) {
    for (const workflow of workflows) {
      this.byKey.set(workflow.key, workflow);
      const { path } = workflow.compiled.trigger;
      const first = path?.segments[0];
      if (!path || !first) continue;
      const place = `${path.segments.length}/${'literal' in first ? first.literal : '*'}`;
      this.byPath.set(place, [...(this.byPath.get(place) ?? []), workflow]);
    }
  }

  get size(): number {
    return this.byKey.size;
  }

  findKey(key: string): ActiveWorkflow | null {
    return this.byKey.get(key) ?? null;
  }

  /** Every workflow at this URL: the one of the key, else all whose path matches (they differ in their methods). */
  find(rest: string): readonly ActiveWorkflow[] {
    const owner = this.findKey(rest);
    if (owner) return [owner];
    const parts = rest.replace(/^\/|\/$/g, '').split('/');
    const places = [`${parts.length}/${decoded(parts[0] ?? '')}`, `${parts.length}/*`];
    return places
      .flatMap((place) => this.byPath.get(place) ?? [])
      .filter(({ compiled }) => compiled.trigger.path !== null && matchPath(compiled.trigger.path, rest) !== null);
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
