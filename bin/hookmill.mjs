#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../dist/apps/cli/src/main.js', import.meta.url);

if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`hookmill needs Node 20 or newer; this is ${process.versions.node}.`);
  process.exit(1);
}
if (!existsSync(main)) {
  console.error('Hookmill is not built yet: run "npm run build", or "npm start", which builds it too.');
  process.exit(1);
}
await import(main.href);
