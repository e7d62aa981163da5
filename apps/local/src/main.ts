import { runDemo } from './demo/run-demo.js';
import { runStart } from './run-start.js';
import { untilStopped } from './until-stopped.js';

const commands = { start: runStart, demo: runDemo };

const name = process.argv[2] ?? 'start';
if (name === 'start' || name === 'demo') {
  process.exit(await untilStopped(commands[name]));
} else {
  console.error(`Unknown command ${name}: use npm start or npm run demo.`);
  process.exit(2);
}
