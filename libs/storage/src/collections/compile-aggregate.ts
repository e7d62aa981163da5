import { EngineError, type RecordAggregation } from '#engine';
import type { Json } from '#shared';
import type { CollectionTable } from './collection-table.js';
import type { FieldType } from './contract.js';
import { FIELD_TYPES } from './field-types.js';
import { toDecimalJson, toFieldJson, toWholeJson } from './record-json.js';

export interface CompiledAggregate {
  expression: string;
  /** The number, date or text of what the driver read; never asked for null. */
  read(value: unknown): Json;
}

/** The aggregate over `t` as SQL. Throws `invalid_aggregate` or `unknown_field`. */
export function compileAggregate(table: CollectionTable, aggregation: RecordAggregation): CompiledAggregate {
  const { aggregator, field, distinct } = aggregation;
  if (aggregator === 'count' && field === null && !distinct) return { expression: 'count(*)', read: toWholeJson };
  if (field === null) throw new EngineError('invalid_aggregate', `${aggregator} needs a field.`);
  const { type } = table.field(field);
  if (!suits(aggregator, type)) {
    throw new EngineError('invalid_aggregate', `${aggregator} does not work on "${field}": a field of type ${type}.`);
  }
  const call = `${aggregator}(${distinct ? 'distinct ' : ''}t.${table.column(field)})`;
  if (aggregator === 'count') return { expression: call, read: toWholeJson };
  return aggregator === 'min' || aggregator === 'max' ? ofExtreme(call, type) : ofTotal(call, type, aggregator);
}

function ofExtreme(call: string, type: FieldType): CompiledAggregate {
  const expression = type === 'date' ? `to_char(${call}, 'YYYY-MM-DD')` : call;
  return { expression, read: (value) => toFieldJson(type, value) };
}

/** An average of whole numbers is rounded anyway: as many digits as a number has. Sums of them are exact. */
function ofTotal(call: string, type: FieldType, aggregator: 'sum' | 'avg'): CompiledAggregate {
  const isRounded = type === 'double' || (aggregator === 'avg' && type !== 'decimal');
  if (!isRounded) return { expression: call, read: toDecimalJson };
  return { expression: `${call}::double precision`, read: (value) => toFieldJson('double', value) };
}

/** Postgres has no least UUID. */
function suits(aggregator: RecordAggregation['aggregator'], type: FieldType): boolean {
  const { isNumber, isOrdered } = FIELD_TYPES[type];
  if (aggregator === 'count') return true;
  return aggregator === 'min' || aggregator === 'max' ? isOrdered && type !== 'uuid' : isNumber;
}
