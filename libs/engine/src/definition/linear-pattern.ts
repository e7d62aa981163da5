import { RE2JS } from 're2js';

/**
 * `pattern` of a JSON Schema on RE2: its time is linear in the text, whatever the pattern. With JavaScript's own,
 * `^(a+)+$` and a payload of 40 letters stop a whole process for minutes. Look-around and back-references, which RE2
 * has not, are refused.
 *
 * @throws SyntaxError for a pattern that RE2 does not know.
 */
export function linearPattern(source: string): { test(text: string): boolean; toString(): string } {
  try {
    const compiled = RE2JS.compile(RE2JS.translateRegExp(source));
    // The schema compiler tells patterns apart by their text.
    return { test: (text) => compiled.matcher(text).find(), toString: () => `/${source}/` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the pattern /${source}/ cannot be used (look-around and back-references do not exist): ${reason}`;
    throw new SyntaxError(message, { cause: error });
  }
}

/** Only for schemas that are written out as code, which ours are not. */
linearPattern.code = 'undefined';
