import { printable } from './terminal.js';

/** Columns under upper-case titles, two spaces apart; a value never breaks its line. Empty when there are no rows. */
export function table(titles: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string[] {
  if (rows.length === 0) return [];
  const cells = rows.map((row) => row.map((value) => (value === null ? '-' : oneLine(String(value)))));
  const all = [titles.map((title) => title.toUpperCase()), ...cells];
  const widths = titles.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  return all.map((row) =>
    row
      .map((value, column) => value.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function oneLine(text: string): string {
  return printable(text).replaceAll(/\s+/g, ' ');
}
