import { compileWorkflow } from '#engine';
import type { JsonObject } from '#shared';
import type { Storage, WorkflowToSave } from '../contract.js';
import { saveSampleWorkflow } from './save-sample-workflow.js';

/** Stores a switched-on workflow with this trigger and no nodes, as admin would, and answers its ids. */
export function saveBoundWorkflow(
  storage: Storage,
  key: string,
  trigger: JsonObject,
  more: Partial<WorkflowToSave> & { options?: JsonObject } = {},
): Promise<{ workflowId: number; versionId: number }> {
  const { options = {}, ...changes } = more;
  const document = { trigger, nodes: [], options };
  const compiled = compileWorkflow(document);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  const { trigger: made } = compiled.workflow;
  return saveSampleWorkflow(storage, {
    key,
    mode: made.config.mode,
    document,
    binding: 'binding' in made ? made.binding : null,
    contentHash: JSON.stringify(document),
    ...changes,
  });
}
