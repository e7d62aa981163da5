/** Fields that every line has, or that only machines need. */
const HIDDEN = new Set(['level', 'time', 'app', 'msg', 'pid', 'hostname', 'v', 'err', 'stack', 'config']);
const MOST_FIELDS = 8;

/**
 * One JSON log line as people read it: `14:03:21 warn  message key=value`. Text that is not JSON stays as it is; nested
 * values are left to the log file.
 */
export function formatLogLine(line: string): string {
  const entry = parse(line);
  if (!entry) return line;
  const time = typeof entry['time'] === 'string' ? entry['time'].slice(11, 19) : '';
  const level = entry['level'] === 'info' ? '' : String(entry['level'] ?? '');
  const fields = Object.entries(entry)
    .filter(([name, value]) => !HIDDEN.has(name) && value !== null && typeof value !== 'object' && value !== '')
    .slice(0, MOST_FIELDS)
    .map(([name, value]) => `${name.slice(name.lastIndexOf('.') + 1)}=${value}`);
  const fault = (entry['err'] as { message?: unknown } | undefined)?.message;
  return [time, level, entry['msg'], ...fields, fault].filter((part) => part !== undefined && part !== '').join(' ');
}

function parse(line: string): Record<string, unknown> | null {
  if (!line.startsWith('{')) return null;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
