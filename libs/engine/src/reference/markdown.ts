import { stringify } from 'yaml';
import type { Json } from '#shared';

/** Longest value that stands in a line of text, in characters. */
const INLINE = 80;

/** A table; cells may hold `|` and line ends. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** A value as YAML, in a block of its own. */
export function yamlBlock(value: Json): string {
  return `\`\`\`yaml\n${stringify(value, { lineWidth: 110, aliasDuplicateObjects: false }).trimEnd()}\n\`\`\``;
}

/** A value within a sentence where it is short, else as a block behind it. */
export function inlineValue(value: Json): string {
  const text = JSON.stringify(value);
  return text.length <= INLINE ? `\`${text}\`` : `\n\n${yamlBlock(value)}`;
}
