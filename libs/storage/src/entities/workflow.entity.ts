import { EntitySchema } from 'typeorm';

/** A row of `workflows`. */
export interface WorkflowRow {
  id: number;
  key: string;
  title: string | null;
  description: string | null;
  mode: 'async' | 'sync';
  enabled: boolean;
  currentVersionId: number | null;
  nextNumber: number;
  archivedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export const WorkflowEntity = new EntitySchema<WorkflowRow>({
  name: 'workflow',
  tableName: 'workflows',
  columns: {
    id: { type: 'int', primary: true, generated: true },
    key: { type: 'text' },
    title: { type: 'text', nullable: true },
    description: { type: 'text', nullable: true },
    mode: { type: 'enum', enum: ['async', 'sync'], enumName: 'workflow_mode' },
    enabled: { type: 'boolean' },
    currentVersionId: { type: 'int', nullable: true, name: 'current_version_id' },
    nextNumber: { type: 'int', name: 'next_number' },
    archivedAt: { type: 'timestamptz', nullable: true, name: 'archived_at' },
    createdAt: { type: 'timestamptz', name: 'created_at', createDate: true },
    updatedAt: { type: 'timestamptz', name: 'updated_at', updateDate: true },
  },
});
