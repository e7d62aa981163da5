import type { Storage, WorkflowToSave } from '../contract.js';

/** Stores an enabled workflow whose document is of no interest, and answers its ids. */
export async function saveSampleWorkflow(
  storage: Storage,
  workflow: Partial<WorkflowToSave> & { key: string },
): Promise<{ workflowId: number; versionId: number }> {
  const saved = await storage.workflows.save(
    {
      title: null,
      description: null,
      mode: 'async',
      enabled: true,
      document: { trigger: { type: 'webhook' }, nodes: [] },
      contentHash: 'hash-1',
      path: null,
      draft: false,
      ifMatch: null,
      ...workflow,
    },
    { create: false, overlaps: (a, b) => a === b },
  );
  if (!('workflow' in saved)) throw new Error(`The sample workflow was not stored: ${saved.kind}`);
  return { workflowId: saved.workflow.id, versionId: saved.version.id };
}
