/** What schemas of the OpenAPI document are made of. */
export type Schema = Record<string, unknown>;

export const text = { type: 'string' };
export const flag = { type: 'boolean' };
export const whole = { type: 'integer' };
export const time = { type: 'string', format: 'date-time' };
export const uuid = { type: 'string', format: 'uuid' };
export const any = { description: 'any JSON value' };
export const headers = { type: ['object', 'null'], additionalProperties: text };

export const orNull = (schema: Schema): Schema => ({ ...schema, type: [schema.type, 'null'] });
export const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
export const object = (properties: Record<string, Schema>, optional: string[] = []): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
});
export const page = (item: string): Schema =>
  object({ items: { type: 'array', items: ref(item) }, nextCursor: orNull({ ...text, type: 'string' }) });
