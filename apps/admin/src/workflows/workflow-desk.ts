import { compileWorkflow, isWebhookWorkflow, newWorkflowKey, type CompiledWorkflow, type Fault } from '#engine';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { SaveResult, WorkflowStore, WorkflowToSave } from '#storage';
import { ApiProblem } from '../http/api-problem.js';
import { completeDocument } from './complete-document.js';
import { contentHash } from './content-hash.js';
import { patternsOverlap } from './path-patterns.js';
import { readDocument } from './read-document.js';

export type SavedWorkflow = Extract<SaveResult, { kind: 'created' | 'updated' | 'unchanged' }>;

export interface ApplyOptions {
  draft: boolean;
  /** See `parseIfMatch`. */
  ifMatch: '*' | readonly string[] | null;
}

/** Takes workflow documents in: reads, compiles, completes and stores them, or says every fault. */
export class WorkflowDesk {
  constructor(private readonly workflows: Pick<WorkflowStore, 'save' | 'find'>) {}

  /** Every fault of a document; nothing is stored. */
  validate(body: unknown): Fault[] {
    const read = readDocument(body);
    if (!read.ok) return read.faults;
    const compiled = compileWorkflow(read.document);
    return compiled.ok ? [] : compiled.faults;
  }

  /** @throws ApiProblem invalid_document, key_taken, path_conflict */
  async create(body: unknown): Promise<SavedWorkflow> {
    const { written, compiled } = accept(body);
    const key = compiled.document.key ?? newWorkflowKey();
    return this.save(toSave(written, compiled, key, false, null), true);
  }

  /** @throws ApiProblem invalid_document, precondition_failed, mode_differs, trigger_differs, path_conflict */
  async apply(key: string, body: unknown, options: ApplyOptions): Promise<SavedWorkflow> {
    const { written, compiled } = accept(body, key);
    const seen = options.ifMatch === null ? null : await this.seenHash(key, options.ifMatch);
    return this.save(toSave(written, compiled, key, options.draft, seen), false);
  }

  /** The hash that storage shall compare again under its lock. */
  private async seenHash(key: string, ifMatch: '*' | readonly string[]): Promise<string> {
    const found = await this.workflows.find(key);
    const hash = found?.version.contentHash;
    if (hash === undefined || (ifMatch !== '*' && !ifMatch.includes(hash))) throw stale(key);
    return hash;
  }

  private async save(workflow: WorkflowToSave, create: boolean): Promise<SavedWorkflow> {
    const result = await this.workflows.save(workflow, { create, overlaps: patternsOverlap });
    switch (result.kind) {
      case 'created':
      case 'updated':
      case 'unchanged':
        return result;
      case 'key_taken':
        throw new ApiProblem('key_taken', `There is a workflow "${workflow.key}" already: use PUT to change it.`);
      case 'mode_differs':
        throw new ApiProblem(
          'mode_differs',
          `"${workflow.key}" is not ${workflow.mode}: a workflow keeps the mode it was created with. Use another key.`,
        );
      case 'trigger_differs':
        throw new ApiProblem(
          'trigger_differs',
          `"${workflow.key}" has a trigger of type ${result.type}: a workflow keeps the type it was created with. Use another key.`,
        );
      case 'stale':
        throw stale(workflow.key);
      case 'path_conflict':
        throw new ApiProblem(
          'path_conflict',
          `Key or path of "${workflow.key}" overlaps those of "${result.otherKey}" on a method: change one of them.`,
        );
      default:
        return result satisfies never;
    }
  }
}

function stale(key: string): ApiProblem {
  return new ApiProblem('precondition_failed', `"${key}" is not what If-Match names: read it again, then apply.`);
}

function accept(body: unknown, key?: string): { written: JsonObject; compiled: CompiledWorkflow } {
  const read = readDocument(body);
  if (!read.ok) throw faulty(read.faults);
  const document = key === undefined ? read.document : withKey(read.document, key);
  const compiled = compileWorkflow(document);
  if (!compiled.ok) throw faulty(compiled.faults);
  return { written: document as JsonObject, compiled: compiled.workflow };
}

function withKey(document: Json, key: string): Json {
  if (!isJsonObject(document)) return document;
  if (document.key !== undefined && document.key !== key) {
    const message = `The URL names the workflow "${key}": leave the key out, or write the same one.`;
    throw faulty([{ pointer: '/key', code: 'invalid', message }]);
  }
  return { ...document, key };
}

function faulty(faults: readonly Fault[]): ApiProblem {
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new ApiProblem('invalid_document', `${faults[0]?.message ?? 'The document is not valid.'}${more}`, faults);
}

function toSave(
  written: JsonObject,
  compiled: CompiledWorkflow,
  key: string,
  draft: boolean,
  ifMatch: string | null,
): WorkflowToSave {
  const document = completeDocument(written, key, compiled.document.nodes);
  return {
    key,
    title: compiled.document.title ?? null,
    description: compiled.document.description ?? null,
    mode: compiled.trigger.config.mode,
    enabled: compiled.document.enabled,
    document,
    contentHash: contentHash(document),
    path: pathOf(compiled),
    binding: 'binding' in compiled.trigger ? compiled.trigger.binding : null,
    draft,
    ifMatch,
  };
}

function pathOf(workflow: CompiledWorkflow): WorkflowToSave['path'] {
  if (!isWebhookWorkflow(workflow) || workflow.trigger.path === null) return null;
  return { pattern: workflow.trigger.path.pattern, methods: [...workflow.trigger.methods] };
}
