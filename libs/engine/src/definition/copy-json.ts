import type { Json } from '#shared';
import { pointerTo } from '../expression/json-pointer.js';
import type { Fault } from '../contract/workflow-document.js';

const DEPTH = 200;
const VALUES = 200_000;

interface Task {
  value: unknown;
  pointer: string;
  depth: number;
  put(copy: Json): void;
}

/**
 * Copies a document, so that ours can be frozen and the caller's cannot change it later. Anything that is not JSON is a
 * fault, as are nesting beyond 200 levels and more than 200,000 values: YAML aliases can make a small file endless.
 * Iterates, so that deep input cannot exhaust the stack. `undefined` members are left out.
 */
export function copyJson(document: unknown): { copy: Json; faults: Fault[] } {
  let copy: Json = null;
  const faults: Fault[] = [];
  const tasks: Task[] = [{ value: document, pointer: '', depth: 0, put: (root) => (copy = root) }];
  let seen = 0;
  for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
    seen += 1;
    const fault = limitFault(task, seen) ?? kindFault(task);
    if (fault !== null) faults.push(fault);
    if (fault?.code === 'limit') break;
    if (fault === null) copyValue(task, tasks);
  }
  return { copy, faults };
}

function limitFault({ depth }: Task, seen: number): Fault | null {
  if (depth > DEPTH) return { pointer: '', code: 'limit', message: `nest at most ${DEPTH} levels` };
  return seen > VALUES ? { pointer: '', code: 'limit', message: `write at most ${VALUES} values` } : null;
}

function kindFault({ value, pointer }: Task): Fault | null {
  const kind = typeof value;
  if (value === null || kind === 'string' || kind === 'boolean' || (kind === 'number' && Number.isFinite(value)))
    return null;
  if (kind === 'object' && (Array.isArray(value) || isPlain(value as object))) return null;
  return { pointer, code: 'wrong_type', message: 'write a JSON value' };
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function copyValue({ value, pointer, depth, put }: Task, tasks: Task[]): void {
  if (Array.isArray(value)) {
    const target: Json[] = new Array<Json>(value.length).fill(null);
    put(target);
    for (let index = value.length - 1; index >= 0; index -= 1) {
      const position = index;
      tasks.push({
        value: value[index] as unknown,
        pointer: pointerTo(pointer, index),
        depth: depth + 1,
        put: (entry) => (target[position] = entry),
      });
    }
  } else if (typeof value === 'object' && value !== null) copyObject(value, { pointer, depth, put }, tasks);
  else put(value as Json);
}

function copyObject(value: object, { pointer, depth, put }: Omit<Task, 'value'>, tasks: Task[]): void {
  const target: { [key: string]: Json } = {};
  put(target);
  const inner: Task[] = [];
  for (const [key, entry] of Object.entries(value)) {
    if (entry === undefined) continue;
    // defineProperty: an assignment to "__proto__" would change the prototype.
    const define = (copy: Json): void => {
      Object.defineProperty(target, key, { value: copy, enumerable: true, configurable: true, writable: true });
    };
    // Reserves the place, so that the order of members survives.
    define(null);
    inner.push({ value: entry as unknown, pointer: pointerTo(pointer, key), depth: depth + 1, put: define });
  }
  for (const task of inner.reverse()) tasks.push(task);
}
