import { isJsonObject, type JsonObject } from '#shared';
import type { Fault } from '../contract/workflow-document.js';
import { checkFilter } from '../expression/check-filter.js';
import { pointerTo } from '../expression/json-pointer.js';
import { fieldSchema } from '../definition/record-names.js';

/** Schema of a filter; what is in it is checked by {@link checkRecordConfig}. */
export const filterSchema: JsonObject = {
  type: 'object',
  description:
    'Conditions as {field: {$eq: value}}, or {field: value} for short; more than one must all hold. Operators: $eq $ne $gt $gte $lt $lte $in $notIn ' +
    '$includes $notIncludes $startsWith $endsWith $null $notNull, joined by $and $or $not. Values may be templates.',
};

/** Schema of what is written into a record. */
export const valuesSchema: JsonObject = {
  type: 'object',
  description: 'Values by field; values may be templates, names of fields may not.',
};

/** Faults of the filter and of the names in `values`; pointers are relative to the config. */
export function checkRecordConfig(config: { filter?: JsonObject; values?: JsonObject }): Fault[] {
  return [
    ...(config.filter === undefined ? [] : checkFilter(config.filter, '/filter')),
    ...checkFieldNames(isJsonObject(config.values) ? config.values : {}),
  ];
}

function checkFieldNames(values: JsonObject): Fault[] {
  return Object.keys(values).flatMap((name): Fault[] => {
    if (new RegExp(fieldSchema['pattern'] as string).test(name)) return [];
    const message = name.includes('{{')
      ? 'write the name of the field itself: only values may be templates'
      : 'a field is named with letters, digits and _, starting with a small letter';
    return [{ pointer: pointerTo('/values', name), code: 'invalid', message }];
  });
}
