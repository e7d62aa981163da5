import type { JsonObject } from '#shared';

/** What names of collections and fields look like; storage holds them against its definitions besides. */
const NAME = '^[a-z][A-Za-z0-9_]{0,62}$';

/** Schema of a collection's name: a literal, so that a payload cannot choose the table. */
export const collectionSchema: JsonObject = {
  type: 'string',
  pattern: NAME,
  description: 'Name of a collection, as in /api/v1/collections.',
};

/** Schema of a field's name. */
export const fieldSchema: JsonObject = { type: 'string', pattern: NAME, description: 'Name of a field.' };
