import { WriteRefused } from '#engine';
import { isJsonObject, type JsonObject } from '#shared';
import { recordFaults, type CollectionStore } from '#storage';
import type { Principal } from '../auth/key-ring.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { jsonBody } from '../http/json-body.js';
import type { InterceptedCall, RecordCall, RecordInterceptor } from '../triggers/record-interceptor.js';

type RecordCalls = 'find' | 'findRecord' | 'createRecord' | 'updateRecord' | 'deleteRecord';

/** Which records somebody writes to, and who. */
export interface RecordAction {
  collection: string;
  caller: Principal;
  /** Keys of the workflows that the call names. */
  workflows: readonly string[];
}

/** What became of a write: a workflow may have prevented it without refusing it. */
export type WrittenRecord = { kind: 'stored'; record: JsonObject } | { kind: 'intercepted'; answer: InterceptedCall };

/**
 * Every write to records that comes over the API goes through here, one record at a time: what has to happen before or
 * after such a write is called from these three methods.
 */
export class RecordDesk {
  constructor(
    private readonly collections: Pick<CollectionStore, RecordCalls>,
    private readonly interceptor: Pick<RecordInterceptor, 'before' | 'after'>,
  ) {}

  /** The record as stored. @throws ApiProblem not_found, invalid_record, not_unique, and what `before` throws */
  async create(action: RecordAction, body: unknown): Promise<WrittenRecord> {
    const { collection } = action;
    const values = await this.accept(collection, body, 'create');
    return this.write({ ...action, action: 'create', id: null, values }, () =>
      this.collections.createRecord(collection, values),
    );
  }

  /** The record as stored, with the given fields changed. @throws ApiProblem as `create` */
  async update(action: RecordAction, id: string, body: unknown): Promise<WrittenRecord> {
    const { collection } = action;
    const values = await this.accept(collection, body, 'update');
    await this.refuseMissing(collection, id);
    return this.write({ ...action, action: 'update', id, values }, async () =>
      found(await this.collections.updateRecord(collection, id, values), 'record', id),
    );
  }

  /** Null when it was deleted. @throws ApiProblem not_found, and what `before` throws */
  async destroy(action: RecordAction, id: string): Promise<InterceptedCall | null> {
    const { collection } = action;
    await this.refuseMissing(collection, id);
    const answer = await this.interceptor.before({ ...action, action: 'destroy', id, values: null });
    if (answer !== null) return answer;
    const isDeleted = await settle(collection, () => this.collections.deleteRecord(collection, id));
    if (!isDeleted) throw notFound('record', id);
    return null;
  }

  private async write(call: RecordCall, store: () => Promise<JsonObject>): Promise<WrittenRecord> {
    const answer = await this.interceptor.before(call);
    if (answer !== null) return { kind: 'intercepted', answer };
    const record = await settle(call.collection, store);
    await this.interceptor.after(call, record);
    return { kind: 'stored', record };
  }

  /** No workflow is asked about a record that does not exist. */
  private async refuseMissing(collection: string, id: string): Promise<void> {
    found(await this.collections.find(collection), 'collection', collection);
    found(await this.collections.findRecord(collection, id), 'record', id);
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
