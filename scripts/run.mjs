/**
 * `npm start`, `npm run demo`, `npm test`, `npm run bench`, `npm run test:faults` on a fresh clone: installs and builds
 * what is missing, then runs the real thing on the Node that npm installed; `install` only installs. Node built-ins
 * only: it runs before anything is installed, on whatever Node >= 20 the machine has.
 */
import { buildWhenChanged } from './build-when-changed.mjs';
import { installWhenChanged } from './install-when-changed.mjs';
import { forwardTo, node24 } from './run-child.mjs';

const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const FAULTS = 'test/faults/main.mjs';
const TYPE_CHECK = ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'];

const commands = {
  start: (args) => launch('dist/apps/local/src/main.js', ['start', ...args]),
  demo: (args) => launch('dist/apps/local/src/main.js', ['demo', ...args]),
  bench: (args) => launch('dist/bench/main.js', args),
  'test:faults': (args) => launch(FAULTS, args),
  test,
  // What takes too long for every change: the model of the engine on many trees, the verifier beside the providers' own
  // on many changed requests, both fault tests in their long form.
  'test:long': async () =>
    (await model()) ||
    (await differential()) ||
    (await launch(FAULTS, ['--minutes', '30'])) ||
    (await launch(FAULTS, ['--journal', '200'])),
  // Only the preparation, for checks that need no build.
  install: async () => 0,
};

async function launch(file, args) {
  // The channel tells the launcher when this process is killed, so that nothing is left running.
  return await forwardTo(node24(), ['--enable-source-maps', file, ...args], { channel: true });
}

async function model() {
  // Verbose: the titles name the seed.
  const args = ['--selectProjects', 'unit', '--verbose', 'libs/engine/src/testing/model'];
  return await forwardTo(node24(), [...JEST, ...args], { env: { MODEL_TREES: process.env.MODEL_TREES ?? '20000' } });
}

async function differential() {
  const args = ['--selectProjects', 'unit', '--verbose', 'test/providers/differential'];
  const env = { PROVIDER_MUTATIONS: process.env.PROVIDER_MUTATIONS ?? '10000' };
  return await forwardTo(node24(), [...JEST, ...args], { env });
}

async function test(args) {
  console.log('Checking types ...');
  const checked = await forwardTo(node24(), TYPE_CHECK);
  if (checked !== 0) {
    console.error('The type check failed, see above; the tests were not run.');
    return checked;
  }
  return await forwardTo(node24(), [...JEST, ...args]);
}

async function main([name, ...args]) {
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : null;
  if (!command) throw new Error(`Usage: node scripts/run.mjs ${Object.keys(commands).join(' | ')} [arguments]`);
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 20) throw new Error(`Node ${process.versions.node} is too old: install Node 20 or newer.`);
  await installWhenChanged();
  if (name !== 'install') await buildWhenChanged();
  return await command(args);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
