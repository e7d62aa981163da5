import { RE2JS } from 're2js';

/**
 * A regular expression whose time is linear in the text, whatever the pattern: what JSONata asks of `RegExp`, on RE2.
 * Look-around and back-references do not exist there and are refused.
 */
export class LinearRegex {
  lastIndex = 0;
  readonly source: string;
  readonly #compiled: RE2JS;

  /** @throws SyntaxError for a pattern that RE2 does not know. */
  constructor({ source, flags }: { source: string; flags: string }) {
    this.source = source;
    try {
      this.#compiled = RE2JS.compile(RE2JS.translateRegExp(source), re2Flags(flags));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new SyntaxError(`the pattern /${source}/ cannot be used: ${reason}`, { cause: error });
    }
  }

  /** The first match from `lastIndex` on, which then stands behind it; null when there is none. */
  exec(text: string): (string[] & { index: number }) | null {
    const matcher = this.#compiled.matcher(text);
    if (this.lastIndex > text.length || !matcher.find(this.lastIndex)) {
      this.lastIndex = 0;
      return null;
    }
    this.lastIndex = matcher.end();
    const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? undefined);
    return Object.assign(groups as string[], { index: matcher.start() });
  }
}

function re2Flags(flags: string): number {
  return (
    (flags.includes('i') ? RE2JS.CASE_INSENSITIVE : 0) |
    (flags.includes('m') ? RE2JS.MULTILINE : 0) |
    (flags.includes('s') ? RE2JS.DOTALL : 0)
  );
}
