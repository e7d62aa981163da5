import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { formatLogLine } from './format-log-line.js';
import { projectRoot } from './project-root.js';

/**
 * Brings the database to this release's schema with the same program that the containers run.
 * @throws Error with what it printed
 */
export async function runMigrations(
  env: Record<string, string | undefined>,
  out: { say: (line: string) => void; show: (app: string, line: string) => void },
): Promise<void> {
  out.say('Migrating the database ...');
  const main = join(projectRoot(), 'dist', 'apps', 'admin', 'src', 'migrate.js');
  const child = spawn(process.execPath, ['--enable-source-maps', main], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const input of [child.stdout, child.stderr]) {
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      out.show('migrate', formatLogLine(line));
    });
  }
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`The database could not be migrated (exit ${code}):\n${lines.slice(-15).join('\n')}`);
}
