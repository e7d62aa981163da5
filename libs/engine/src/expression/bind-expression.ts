import { EngineError } from '../contract/engine-error.js';
import { parseTemplate, type TemplateReference } from './parse-template.js';

/** An expression with each template replaced by a name, and what the names stand for. */
export interface BoundExpression {
  readonly text: string;
  readonly bindings: ReadonlyMap<string, TemplateReference>;
}

/**
 * Replaces each `{{path}}` by a generated identifier that does not occur in the expression.
 *
 * @param apostrophe what `'` is after a name or a closing bracket: math.js's transpose operator, or the start of a text.
 * @throws EngineError `expression_syntax` for braces without a path, and for a template inside quotes, where the name
 * would be text and not the value.
 */
export function bindExpression(expression: string, apostrophe: 'transpose' | 'text'): BoundExpression {
  const { parts, faults } = parseTemplate(expression);
  if (faults[0] !== undefined) throw new EngineError('expression_syntax', faults[0]);
  const prefix = unusedPrefix(expression);
  const bindings = new Map<string, TemplateReference>();
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else if (endsInsideQuotes(text, apostrophe)) {
      throw new EngineError('expression_syntax', 'a template stands without quotes: {{path}} is the value itself');
    } else {
      const name = `${prefix}${bindings.size}`;
      bindings.set(name, part);
      text += ` ${name} `;
    }
  }
  return { text, bindings };
}

function unusedPrefix(expression: string): string {
  let prefix = 'value_';
  while (expression.includes(prefix)) prefix += '_';
  return prefix;
}

function endsInsideQuotes(text: string, apostrophe: 'transpose' | 'text'): boolean {
  let quote = '';
  let previous = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === '\\') at += 1;
      else if (character === quote) quote = '';
    } else if (opensText(character, previous, apostrophe)) quote = character;
    previous = character;
  }
  return quote !== '';
}

function opensText(character: string, previous: string, apostrophe: 'transpose' | 'text'): boolean {
  if (character === '"') return true;
  return character === "'" && (apostrophe === 'text' || !/[\p{L}\p{N}_)\]}']/u.test(previous));
}
