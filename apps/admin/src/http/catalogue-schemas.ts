const text = { type: 'string' };
const flag = { type: 'boolean' };
const names = { type: 'array', items: text };

/** What nodes and triggers declare alike. */
const declaration = {
  type: text,
  title: text,
  docs: { ...text, description: 'Markdown, one paragraph' },
  configSchema: { type: 'object', description: 'JSON Schema of `config`, or of `trigger`' },
  examples: { type: 'array', items: { type: 'object' }, description: 'each is run as a test of this release' },
};

const nodeType = {
  ...declaration,
  branches: {
    description: 'names of its branches; `any`: of the choice of the author, or as the config names them',
    oneOf: [{ const: 'any' }, names],
  },
  effect: { enum: ['pure', 'effect'], description: 'effect: acts outside this installation' },
  testable: { ...flag, description: 'POST /nodes/:type/test tries it' },
  suspends: { ...flag, description: 'may wait longer than a sender does: not for `mode: sync`' },
  triggers: { ...names, type: ['array', 'null'], description: 'the triggers it has a place behind; null: all' },
  repeats: { ...flag, description: 'its branches run in rounds' },
  concurrent: { ...flag, description: 'its branches run at the same time' },
  raw: { ...names, description: 'properties that are not rendered as templates before the node sees them' },
  repeatable: {
    enum: ['configured', 'never', null],
    description: 'whether an effect may be done again when nobody knows whether it happened; null: it has none',
  },
};

const triggerType = {
  ...declaration,
  context: { ...text, description: 'Markdown: what `$context` holds' },
  modes: { ...names, description: 'the default first' },
};

/** Schemas of the entries of the catalogue; every property is always there. */
export const catalogueSchemas = {
  NodeType: { type: 'object', properties: nodeType, required: Object.keys(nodeType) },
  TriggerType: { type: 'object', properties: triggerType, required: Object.keys(triggerType) },
};
