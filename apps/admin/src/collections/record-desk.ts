import { WriteRefused } from '#engine';
import { isJsonObject, type JsonObject } from '#shared';
import { recordFaults, type CollectionStore } from '#storage';
import type { Principal } from '../auth/key-ring.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { jsonBody } from '../http/json-body.js';

/** Which records somebody writes to, and who. */
export interface RecordAction {
  collection: string;
  caller: Principal;
}

/**
 * Every write to records that comes over the API goes through here, one record at a time: what has to happen before or
 * after such a write is called from these three methods.
 */
export class RecordDesk {
  constructor(
    private readonly collections: Pick<CollectionStore, 'find' | 'createRecord' | 'updateRecord' | 'deleteRecord'>,
  ) {}

  /** The record as stored. @throws ApiProblem not_found, invalid_record, not_unique */
  async create({ collection }: RecordAction, body: unknown): Promise<JsonObject> {
    const values = await this.accept(collection, body, 'create');
    return settle(collection, () => this.collections.createRecord(collection, values));
  }

  /** The record as stored, with the given fields changed. @throws ApiProblem not_found, invalid_record, not_unique */
  async update({ collection }: RecordAction, id: string, body: unknown): Promise<JsonObject> {
    const values = await this.accept(collection, body, 'update');
    const record = await settle(collection, () => this.collections.updateRecord(collection, id, values));
    return found(record, 'record', id);
  }

  /** @throws ApiProblem not_found */
  async destroy({ collection }: RecordAction, id: string): Promise<void> {
    const isDeleted = await settle(collection, () => this.collections.deleteRecord(collection, id));
    if (!isDeleted) throw notFound('record', id);
  }

  /** The body as values of the collection, or every fault of it. */
  private async accept(collection: string, body: unknown, write: 'create' | 'update'): Promise<JsonObject> {
    const values = jsonBody(body);
    const definition = found(await this.collections.find(collection), 'collection', collection);
    if (!isJsonObject(values))
      throw invalid([{ pointer: '', code: 'wrong_type', message: 'Send an object of values.' }]);
    const faults = recordFaults(definition, values, write);
    if (faults.length > 0) throw invalid(faults);
    return values;
  }
}

function invalid(faults: NonNullable<ApiProblem['faults']>): ApiProblem {
  return new ApiProblem('invalid_record', faults.map(({ message }) => message).join(' '), faults);
}

async function settle<T>(collection: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    throw error instanceof WriteRefused ? refusal(collection, error) : error;
  }
}

/** What became true, or was found out, only as it was written. */
function refusal(collection: string, { code, message, detail }: WriteRefused): ApiProblem {
  if (code === 'unknown_collection') return notFound('collection', collection);
  const field = isJsonObject(detail) ? detail.field : undefined;
  const faults = [{ pointer: typeof field === 'string' ? `/${field}` : '', code, message }];
  return new ApiProblem(code === 'not_unique' ? 'not_unique' : 'invalid_record', message, faults);
}
