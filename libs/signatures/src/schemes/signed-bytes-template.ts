import { formFields, sortedForm, sortedParams } from './form-fields.js';

const VALUES = [
  'raw',
  'timestamp',
  'nonce',
  'id',
  'method',
  'url',
  'path',
  'query',
  'secret',
  'form:sorted',
  'params:sorted',
] as const;

type ValueName = (typeof VALUES)[number];

/** Pieces of what is signed, in order. */
export type TemplatePiece = { literal: string } | { value: ValueName };

/** Pieces that hold the whole body; a template without one of them would prove nothing about the message. */
const BODY: readonly ValueName[] = ['raw', 'form:sorted', 'params:sorted'];

const templates = new Map<string, readonly TemplatePiece[] | null>();

/** Documents bring templates of their own; presets have some twenty. */
const MAX_TEMPLATES = 1000;

/**
 * Reads a template such as `v0:{timestamp}:{raw}`. Null when it names anything that does not exist or leaves the body
 * out.
 */
export function parseTemplate(template: string): readonly TemplatePiece[] | null {
  const known = templates.get(template);
  if (known !== undefined) return known;
  if (templates.size >= MAX_TEMPLATES) templates.clear();
  const pieces = read(template);
  templates.set(template, pieces);
  return pieces;
}

/** True when the template has that piece. */
export function hasPiece(pieces: readonly TemplatePiece[], name: ValueName): boolean {
  return pieces.some((piece) => 'value' in piece && piece.value === name);
}

function read(template: string): readonly TemplatePiece[] | null {
  const pieces: TemplatePiece[] = [];
  for (const part of template.split(/(\{[^{}]*\})/)) {
    if (part === '') continue;
    const name = VALUES.find((value) => part === `{${value}}`);
    if (name) pieces.push({ value: name });
    else if (/[{}]/.test(part)) return null;
    else pieces.push({ literal: part });
  }
  return BODY.some((name) => hasPiece(pieces, name)) ? pieces : null;
}

/** What the pieces of one message stand for. */
export interface TemplateValues {
  raw: Buffer;
  text: Readonly<Partial<Record<ValueName, string>>>;
  /** Fields that `{params:sorted}` leaves out. */
  unsignedParams: readonly string[];
  /** True when a signed hash stands for the body, so that `{form:sorted}` is empty. */
  isHashed: boolean;
}

/**
 * The signed bytes, in parts so that a large body is not copied; null when the body is no form that can be read one way
 * only. Texts count as UTF-8.
 */
export function renderTemplate(pieces: readonly TemplatePiece[], values: TemplateValues): Buffer[] | null {
  const parts: Buffer[] = [];
  for (const piece of pieces) {
    const part = 'literal' in piece ? Buffer.from(piece.literal, 'utf8') : renderValue(piece.value, values);
    if (part === null) return null;
    parts.push(part);
  }
  return parts;
}

function renderValue(name: ValueName, values: TemplateValues): Buffer | null {
  if (name === 'raw') return values.raw;
  if (name === 'form:sorted') return values.isHashed ? Buffer.alloc(0) : sortedForm(formFields(values.raw));
  if (name === 'params:sorted') return sortedParams(formFields(values.raw), values.unsignedParams);
  return Buffer.from(values.text[name] ?? '', 'utf8');
}
