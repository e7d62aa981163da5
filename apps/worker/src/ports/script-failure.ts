/** A failure that a script's own error stands for. */
export interface ThrownFailure {
  code: 'script_error' | 'script_memory';
  message: string;
}

const UNDESCRIBABLE: ThrownFailure = {
  code: 'script_error',
  message: 'the script threw a value that cannot be described',
};

/**
 * Reads what the prelude's `describe` wrote: JSON text of `[name, message, stack]`. A script that bends `String` or
 * `toJSON` bends its own description too, so nothing of it is taken on trust.
 */
export function readThrown(text: string, file: string, memoryBytes: number): ThrownFailure {
  const parts = parse(text);
  if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string')) return UNDESCRIBABLE;
  const [name = '', message = '', stack = ''] = parts as string[];
  const limit = exhausted(name, message, memoryBytes);
  if (limit !== null) return { code: 'script_memory', message: limit };
  return { code: 'script_error', message: errorMessage(name, message, stack, file) };
}

export function outOfMemory(memoryBytes: number): string {
  return `the script needed more than ${memoryBytes} bytes of memory`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The interpreter reports its limits as errors that a script may catch; uncaught, they are what ended it. */
function exhausted(name: string, message: string, memoryBytes: number): string | null {
  // JSON.parse reports its own recursion as a SyntaxError.
  if (message === 'stack overflow' && name !== 'Error')
    return 'the script exceeded the call stack: its nesting is too deep';
  if (name !== 'InternalError') return null;
  if (message === 'out of memory') return outOfMemory(memoryBytes);
  return message === 'string too long' ? 'the script built a string longer than the interpreter can hold' : null;
}

/** The message of an `Error` is the author's own words; the engine's errors also need their kind and the line. */
function errorMessage(name: string, message: string, stack: string, file: string): string {
  if (name === '' || name === 'Error') return message;
  const at = stack.indexOf(`${file}:`);
  const line = at === -1 ? Number.NaN : Number.parseInt(stack.slice(at + file.length + 1), 10);
  return `${name}: ${message}${Number.isNaN(line) ? '' : ` (line ${line})`}`;
}
