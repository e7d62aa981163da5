import type { CollectionDefinition, CollectionField } from './contract.js';

/** A row of `collections`. */
export interface CollectionRow {
  name: string;
  title: string | null;
  fields: CollectionField[];
  created_at: Date;
  updated_at: Date;
}

export const COLLECTION_COLUMNS = 'name, title, fields, created_at, updated_at';

export function toDefinition({ name, title, fields, created_at, updated_at }: CollectionRow): CollectionDefinition {
  return { name, title, fields, createdAt: created_at, updatedAt: updated_at };
}
