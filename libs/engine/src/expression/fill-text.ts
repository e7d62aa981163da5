import { parseTemplate, type TemplateReference } from './parse-template.js';
import { resolveReference, type TemplateScope } from './template.js';
import { valueText } from './value-text.js';

/**
 * Fills the templates of one text in, each value escaped for the place it goes to. Values are never parsed again. The
 * escape also hears the reference, for one whose value is written as JSON already, or is trusted.
 */
export function fillText(
  text: string,
  scope: TemplateScope,
  escape: (value: string, reference: TemplateReference) => string,
): string {
  return parseTemplate(text)
    .parts.map((part) => (typeof part === 'string' ? part : escape(valueText(resolveReference(part, scope)), part)))
    .join('');
}
