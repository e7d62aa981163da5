import { createProgram } from '../create-program.js';

export interface CliRun {
  code: number;
  out: string;
  err: string;
}

/** Runs the command as a shell would, with nothing of this process's environment. */
export async function runCli(args: string[], env: Record<string, string>): Promise<CliRun> {
  const run = { code: 0, out: '', err: '' };
  const terminal = {
    out: (line: string) => void (run.out += `${line}\n`),
    err: (line: string) => void (run.err += `${line}\n`),
  };
  await createProgram(env, terminal, (code) => {
    run.code = code;
  }).parseAsync(['node', 'hookmill', ...args]);
  return run;
}
