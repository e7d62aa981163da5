import type { BoundValue } from './coerce-value.js';

/** The values of a statement in the order of their placeholders. */
export class BoundValues {
  readonly list: (BoundValue | BoundValue[] | number)[] = [];

  /** The placeholder of a value, as a value of an SQL type. */
  add(value: BoundValue | BoundValue[] | number, cast: string): string {
    this.list.push(value);
    return `$${this.list.length}::${cast}`;
  }
}
