import type { Json } from '#shared';
import { RECORDS } from './crash-document.js';

/** Templates that every document of the test uses. */
export const EXECUTION = '{{$execution.id}}';
export const TAG = '{{$context.data.tag}}';

export function node(key: string, type: string, config: Json, branches?: Record<string, Json[]>): Json {
  return { key, type, config, ...(branches ? { branches } : {}) };
}

/** Its record has to be there once. */
export function create(name: string, key = `create-${name}`): Json {
  const values = { tag: TAG, execution: EXECUTION, name, state: 'new' };
  return node(key, 'create', { collection: RECORDS, values });
}

/** Long enough to be let go of. */
export const wait: Json = node('wait', 'delay', { duration: 0.2, unit: 'second' });

export const output = (value: Json): Json => node('done', 'output', { value });

/** The latest result of a node. */
export const result = (key: string): string => `{{$jobsMapByNodeKey.${key}}}`;
