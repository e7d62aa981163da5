import { createProgram } from './create-program.js';

const terminal = {
  out: (line: string) => void process.stdout.write(`${line}\n`),
  err: (line: string) => void process.stderr.write(`${line}\n`),
};

// A reader that leaves early (`hookmill executions | head -1`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

await createProgram(process.env, terminal, (code) => {
  process.exitCode = code;
}).parseAsync();
