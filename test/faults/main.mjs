import { importSource } from '../support/import-source.mjs';

const { main } = await importSource(new URL('./main.ts', import.meta.url));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
// The channel to the script above keeps the process alive.
process.disconnect?.();
