import type { JsonObject } from '#shared';
import { EntitySchema } from 'typeorm';

/** A row of `workflow_versions`; never changed after it was written. */
export interface VersionRow {
  id: number;
  workflowId: number;
  number: number;
  document: JsonObject;
  contentHash: string;
  schemaVersion: number;
  /** Key in `options.errorWorkflow` of the document; null when there is none. */
  errorWorkflow: string | null;
  /** `options.stackLimit` of the document; null when it does not say, which is 1. */
  stackLimit: number | null;
  createdAt: Date;
}

export const VersionEntity = new EntitySchema<VersionRow>({
  name: 'version',
  tableName: 'workflow_versions',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    workflowId: { type: 'int', name: 'workflow_id' },
    number: { type: 'int' },
    document: { type: 'json' },
    contentHash: { type: 'text', name: 'content_hash' },
    schemaVersion: { type: 'int', name: 'schema_version' },
    errorWorkflow: { type: 'text', name: 'error_workflow', nullable: true },
    stackLimit: { type: 'int', name: 'stack_limit', nullable: true },
    createdAt: { type: 'timestamptz', name: 'created_at', createDate: true },
  },
});
