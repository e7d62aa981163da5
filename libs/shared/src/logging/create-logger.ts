import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** Characters gathered before a write; a write per line was 8 % of a busy gateway. */
const GATHER_LENGTH = 16 * 1024;
/** Longest time a line waits for others. Milliseconds. A killed process loses that much of its log. */
const GATHER_MS = 200;

/**
 * JSON lines on standard output, one wide line per request and per execution. Payloads and secrets never go in. Lines are
 * written in groups, and the last ones when the process exits.
 * @param app name of the process, e.g. `gateway`
 * @param level pino level; `silent` in tests
 */
export function createLogger(app: string, level: string): Logger {
  const options = {
    level,
    base: { app },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return level === 'silent' ? pino(options) : pino(options, gatheringOutput());
}

/**
 * Over standard output itself: a reader that is gone costs its lines and nothing else. sonic-boom, which pino brings,
 * tries a broken pipe again for ever when it is flushed at exit.
 */
function gatheringOutput(): DestinationStream {
  let lines = '';
  const flush = (): void => {
    if (lines !== '') process.stdout.write(lines);
    lines = '';
  };
  process.stdout.on('error', () => undefined);
  setInterval(flush, GATHER_MS).unref();
  process.once('exit', flush);
  return {
    write: (line) => {
      lines += line;
      if (lines.length >= GATHER_LENGTH) flush();
    },
  };
}
