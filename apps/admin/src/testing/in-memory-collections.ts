import { EngineError, WriteRefused } from '#engine';
import { isJsonObject, type Json, type JsonObject } from '#shared';
import type { CollectionDefinition, CollectionField, CollectionStore, PutCollectionResult, RecordList } from '#storage';
import { pageOf } from './page-of.js';

interface Kept {
  definition: CollectionDefinition;
  records: JsonObject[];
  lastId: number;
}

/** Collections without a database, for specs of what the API makes of storage's answers; filters are only noted. */
export class InMemoryCollections implements CollectionStore {
  private readonly kept = new Map<string, Kept>();
  /** What lists of records were asked for. */
  readonly asked: RecordList[] = [];
  /** Error that the next call about records rejects with. */
  nextError: Error | null = null;

  async list(limit: number, cursor: string | null) {
    const definitions = [...this.kept.values()].map(({ definition }) => definition);
    return pageOf(definitions, limit, cursor, ({ name }) => name);
  }

  async find(name: string) {
    return this.kept.get(name)?.definition ?? null;
  }

  async put(name: string, body: Json): Promise<PutCollectionResult> {
    if (!isJsonObject(body) || !Array.isArray(body['fields'])) {
      const faults = [
        { pointer: '/fields', code: 'missing', message: 'Add fields.' },
        { pointer: '/title', code: 'missing', message: 'Add a title.' },
      ];
      return { kind: 'invalid', faults };
    }
    const blank = { required: false, default: null, unique: false, index: false };
    const fields = body['fields'].map((field) => ({ ...blank, ...(field as JsonObject) }) as CollectionField);
    const at = new Date();
    const known = this.kept.get(name);
    const title = typeof body['title'] === 'string' ? body['title'] : null;
    const collection = { name, title, fields, createdAt: known?.definition.createdAt ?? at, updatedAt: at };
    this.kept.set(name, { records: [], lastId: 0, ...known, definition: collection });
    return { kind: known ? 'updated' : 'created', collection };
  }

  async delete(name: string) {
    return this.kept.delete(name);
  }

  async listRecords(name: string, list: RecordList) {
    this.throwNext();
    this.asked.push(list);
    const kept = this.kept.get(name);
    if (!kept) throw new EngineError('unknown_collection', `There is no collection "${name}".`);
    return pageOf([...kept.records].reverse(), list.limit, list.cursor, ({ id }) => String(id));
  }

  async findRecord(name: string, id: string) {
    const kept = this.kept.get(name);
    if (!kept) throw new EngineError('unknown_collection', `There is no collection "${name}".`);
    return kept.records.find((record) => String(record.id) === id) ?? null;
  }

  async createRecord(name: string, values: JsonObject) {
    this.throwNext();
    const kept = this.writable(name);
    const at = new Date().toISOString();
    const blank = Object.fromEntries(kept.definition.fields.map((field) => [field.name, field.default]));
    const record = { id: ++kept.lastId, ...blank, ...values, createdAt: at, updatedAt: at };
    kept.records.push(record);
    return record;
  }

  async updateRecord(name: string, id: string, values: JsonObject) {
    this.throwNext();
    const record = this.writable(name).records.find((candidate) => String(candidate.id) === id);
    return record ? Object.assign(record, values) : null;
  }

  async deleteRecord(name: string, id: string) {
    this.throwNext();
    const { records } = this.writable(name);
    const at = records.findIndex((record) => String(record.id) === id);
    if (at >= 0) records.splice(at, 1);
    return at >= 0;
  }

  async query(): Promise<never> {
    throw new Error('Admin never runs a node.');
  }

  async aggregate(): Promise<never> {
    throw new Error('Admin never runs a node.');
  }

  private writable(name: string): Kept {
    const kept = this.kept.get(name);
    if (!kept) throw new WriteRefused('unknown_collection', `There is no collection "${name}".`);
    return kept;
  }

  private throwNext(): void {
    const error = this.nextError;
    this.nextError = null;
    if (error) throw error;
  }
}
