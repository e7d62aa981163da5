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
    createdAt: { type: 'timestamptz', name: 'created_at', createDate: true },
  },
});
