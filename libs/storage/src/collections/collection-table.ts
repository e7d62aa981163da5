import { EngineError } from '#engine';
import type { JsonObject } from '#shared';
import type { CollectionField, FieldType } from './contract.js';
import { quoteIdentifier } from './quote-identifier.js';
import { toRecordJson } from './record-json.js';

export interface TableField {
  name: string;
  type: FieldType;
  /** Set by the database alone. */
  isReadOnly: boolean;
}

const SYSTEM_FIELDS: readonly TableField[] = [
  { name: 'id', type: 'bigint', isReadOnly: true },
  { name: 'createdAt', type: 'datetime', isReadOnly: true },
  { name: 'updatedAt', type: 'datetime', isReadOnly: true },
];

/** The table of a collection: the only place that turns names from outside into SQL, and only names it knows. */
export class CollectionTable {
  /** Quoted, with its schema. */
  readonly sql: string;
  /** In the order they are shown. */
  readonly fields: readonly TableField[];
  private readonly byName: ReadonlyMap<string, TableField>;

  constructor(
    readonly name: string,
    readonly definition: readonly CollectionField[],
  ) {
    this.sql = `data.${quoteIdentifier(name)}`;
    const [id, ...times] = SYSTEM_FIELDS;
    const own = definition.map(({ name: field, type }) => ({ name: field, type, isReadOnly: false }));
    this.fields = [id!, ...own, ...times];
    this.byName = new Map(this.fields.map((field) => [field.name, field]));
  }

  /** Throws `unknown_field`. */
  field(name: string): TableField {
    const field = this.byName.get(name);
    if (field !== undefined) return field;
    const known = this.fields.map((each) => each.name).join(', ');
    throw new EngineError('unknown_field', `Collection "${this.name}" has no field ${quoted(name)}; it has ${known}.`);
  }

  /** The column of a field, quoted. Throws `unknown_field`. */
  column(name: string): string {
    return quoteIdentifier(this.field(name).name);
  }

  /** Expressions for all fields, under the aliases `<prefix>0`, `<prefix>1`...; {@link read} takes such rows. */
  selection(source: string, prefix: string): string {
    return this.fields
      .map(({ name, type }, n) => {
        const column = `${source}.${quoteIdentifier(name)}`;
        return `${type === 'date' ? `to_char(${column}, 'YYYY-MM-DD')` : column} as ${prefix}${n}`;
      })
      .join(', ');
  }

  read(row: Readonly<Record<string, unknown>>, prefix: string): JsonObject {
    return toRecordJson(this.fields, row, prefix);
  }
}

/** A name for a message; it may be long, and anything. */
function quoted(name: string): string {
  return JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}...` : name);
}
