import { pino, type Logger } from 'pino';

export type { Logger };

/**
 * JSON lines on standard output, one wide line per request and per execution. Payloads and secrets never go in.
 * @param app name of the process, e.g. `gateway`
 * @param level pino level; `silent` in tests
 */
export function createLogger(app: string, level: string): Logger {
  return pino({
    level,
    base: { app },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  });
}
