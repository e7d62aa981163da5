/** What `/proc/<pid>/stat` says about processor time, in clock ticks (proc(5), fields 4 and 14 to 17). */
export interface ProcStat {
  parent: number;
  /** User and system time of the process itself. */
  own: number;
  /** That of its children that ended and were waited for, and of theirs. */
  reaped: number;
}

/** @param text the whole file; the second field is a name in brackets that may hold spaces and brackets */
export function parseProcStat(text: string): ProcStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // The first of these is field 3.
  const field = (number: number) => Number(fields[number - 3]);
  return { parent: field(4), own: field(14) + field(15), reaped: field(16) + field(17) };
}
