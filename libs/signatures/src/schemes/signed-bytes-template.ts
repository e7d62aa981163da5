/** Pieces of what is signed, in order. */
export type TemplatePiece = { literal: string } | { value: 'raw' | 'timestamp' };

/**
 * Reads a template over `{raw}` and `{timestamp}`, e.g. `v0:{timestamp}:{raw}`. Null when it names anything else or
 * leaves the body out: such a signature would prove nothing about the message.
 */
export function parseTemplate(template: string): readonly TemplatePiece[] | null {
  const pieces: TemplatePiece[] = [];
  for (const part of template.split(/(\{[^{}]*\})/)) {
    if (part === '') continue;
    if (part === '{raw}') pieces.push({ value: 'raw' });
    else if (part === '{timestamp}') pieces.push({ value: 'timestamp' });
    else if (/[{}]/.test(part)) return null;
    else pieces.push({ literal: part });
  }
  return pieces.some((piece) => 'value' in piece && piece.value === 'raw') ? pieces : null;
}
