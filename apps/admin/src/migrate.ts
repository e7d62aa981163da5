import { prepareQueueBackend } from '#queue';
import { ConfigError, loadConfig, serviceOptions } from '#shared';
import { migrate } from '#storage';

/** Brings the database to this release: our own schema, then the queue's when it lives on Postgres. Safe to repeat. */
async function main(): Promise<void> {
  const config = loadConfig(['DATABASE_URL']);
  const options = serviceOptions(config, 'hookmill-admin').queue;
  const applied = await migrate(options.databaseUrl);
  for (const name of applied) print(`applied ${name}`);
  print(applied.length === 0 ? 'the database is up to date' : `${applied.length} migrations applied`);
  await prepareQueueBackend(options);
  print(options.redisUrl ? 'the queue is on Redis: nothing to prepare' : 'the queue on Postgres is ready');
}

function print(line: string): void {
  process.stdout.write(`migrate: ${line}\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    const text = error instanceof Error ? (error instanceof ConfigError ? error.message : error.stack) : String(error);
    process.stderr.write(`migrate failed: ${text}\n`);
    process.exit(1);
  },
);
