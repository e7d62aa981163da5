import type { HostValue } from './script-host-functions.js';

/** Console output of one run: lines, capped in bytes. */
export interface ScriptLog {
  /** Takes one line as JSON text; ignores what does not fit. */
  append(line: HostValue): undefined;
  text(): string;
}

export function createScriptLog(maxBytes: number): ScriptLog {
  const lines: string[] = [];
  let bytes = 0;
  let dropped = false;
  return {
    append(line) {
      if (typeof line !== 'string' || dropped) return undefined;
      const text = JSON.parse(line) as string;
      const size = Buffer.byteLength(text) + 1;
      if (bytes + size > maxBytes) {
        dropped = true;
        lines.push(
          Buffer.from(text)
            .subarray(0, maxBytes - bytes)
            .toString(),
          `[log cut at ${maxBytes} bytes]`,
        );
      } else {
        bytes += size;
        lines.push(text);
      }
      return undefined;
    },
    text: () => lines.join('\n'),
  };
}
