import { Command } from 'commander';
import { ApiError, createApiClient, type ApiClient } from './api-client.js';
import { applyCommand } from './apply-command.js';
import { cancelCommand } from './cancel-command.js';
import { CliError } from './cli-error.js';
import { executionsCommand, type ExecutionsOptions } from './executions-command.js';
import { findConnection, type ConnectionOptions } from './find-connection.js';
import { replayCommand, type ReplayOptions } from './replay-command.js';
import { requestsCommand, type RequestsOptions } from './requests-command.js';
import { retryCommand, type RetryOptions } from './retry-command.js';
import type { Terminal } from './terminal.js';
import { validateCommand } from './validate-command.js';
import { verifyCommand, type VerifyOptions } from './verify-command.js';
import { verifyOffline, type OfflineOptions } from './verify-offline.js';

type Env = Record<string, string | undefined>;
type Act = (api: ApiClient) => Promise<number>;

/**
 * The `hookmill` command over the management API.
 * @param exit told the exit code of the command that ran
 */
export function createProgram(env: Env, terminal: Terminal, exit: (code: number) => void): Command {
  const program = new Command('hookmill')
    .description('Workflows, executions and requests of a running Hookmill.')
    .option('--api <url>', 'management API (env HOOKMILL_API_URL; default: what npm start runs, else port 3001)')
    .option('--key <key>', 'API key (env HOOKMILL_ADMIN_KEY; default: the one npm start keeps)')
    .showHelpAfterError();
  const run = async (act: Act) => {
    exit(
      await guarded(
        async () => act(createApiClient(await findConnection(program.opts<ConnectionOptions>(), env))),
        terminal,
      ),
    );
  };
  program
    .command('apply')
    .description('create or update workflows from YAML or JSON files')
    .argument('<files...>')
    .action((files: string[]) => run((api) => applyCommand(files, api, terminal)));
  program
    .command('validate')
    .description('tell every fault of workflow files; nothing is stored')
    .argument('<files...>')
    .action((files: string[]) => run((api) => validateCommand(files, api, terminal)));
  addExecutions(program, run, terminal);
  addRequests(program, run, terminal);
  addVerify(program, env, run, exit, terminal);
  addReplay(program, run, terminal);
  return program;
}

function addRequests(program: Command, run: (act: Act) => Promise<void>, terminal: Terminal): void {
  program
    .command('requests')
    .description('list requests, accepted and refused, or show one with headers and body')
    .argument('[id]')
    .option('--workflow <key>')
    .option('--verdict <verdict>', 'accepted, duplicate, filtered, handshake, refused')
    .option('--gate <number>', 'the gate that refused')
    .option('--reason <code>', 'why it was refused')
    .option('--delivery-id <id>', "the sender's own id of the delivery")
    .option('--from <time>', 'from this time on, ISO 8601')
    .option('--to <time>', 'before this time, ISO 8601')
    .option('--header <name:value>', 'with this header, or <name>; needs --from and --to, as the next three do')
    .option('--json-path <path=value>', 'with this value in a JSON body, or <path>')
    .option('--secret <name>', 'whose signature or token this secret matched')
    .option('--ip <address>', 'from this address')
    .option('--limit <number>', 'at most 200', '20')
    .option('--cursor <cursor>', 'go on from there')
    .option('--json', 'as the API answers it')
    .action((id: string | undefined, options: RequestsOptions) =>
      run((api) => requestsCommand(id, options, api, terminal)),
    );
}

const collect = (value: string, earlier: string[] = []): string[] => [...earlier, value];

function addVerify(
  program: Command,
  env: Env,
  run: (act: Act) => Promise<void>,
  exit: (code: number) => void,
  terminal: Terminal,
): void {
  program
    .command('verify')
    .description('tell why a stored request was refused; with --provider, verify a message without a running Hookmill')
    .argument('[id]')
    .option('--workflow-version <number>', 'against this version instead of the current one')
    .option('--json', 'as the API answers it')
    .option('--provider <name>', 'preset, as in a document: github, stripe, hmac, ...')
    .option('--secret <value>', 'a key that may match; can be repeated', collect)
    .option('--secret-env <name>', 'the same, from an environment variable, out of sight of other users', collect)
    .option('--option <name=value>', 'another property of the entry; can be repeated', collect)
    .option('--header <name: value>', 'of the message; can be repeated', collect)
    .option('--body <file>', 'bytes of the body, exactly as they were sent')
    .option('--method <method>', 'of the message', 'POST')
    .option('--url <url>', 'as its sender called it')
    .option('--at <time>', 'when it was received, ISO 8601; default: now')
    .action(async (id: string | undefined, options: VerifyOptions & Partial<OfflineOptions>) => {
      const { provider } = options;
      if ((id === undefined) === (provider === undefined)) {
        exit(await guarded(() => Promise.reject(new CliError('Give the id of a request, or --provider.')), terminal));
      } else if (id !== undefined) {
        await run((api) => verifyCommand(id, options, api, terminal));
      } else {
        exit(await guarded(() => verifyOffline({ ...options, provider: provider! }, env, terminal), terminal));
      }
    });
}

function addReplay(program: Command, run: (act: Act) => Promise<void>, terminal: Terminal): void {
  program
    .command('replay')
    .description('run a request again, or many by filter: with the current version and the original bytes')
    .argument('[id]', 'of one request')
    .option('--workflow <key>')
    .option('--verdict <verdict>', 'accepted (default), duplicate, filtered, refused')
    .option('--from <time>', 'received from this time on, ISO 8601')
    .option('--to <time>', 'received before this time')
    .option('--executions', 'retry executions that did not resolve instead')
    .option('--status <status>', 'of executions: failed, error, aborted, ... (default: all of them)')
    .option('--node <key>', 'of executions: the node to go on from')
    .option('--current', 'of executions: with the current version instead of the same one')
    .option('--rate <number>', 'most a second')
    .option('--dry-run', 'only tell how many there are')
    .option('--wait', 'print how it gets on until it ended')
    .action((id: string | undefined, options: ReplayOptions) =>
      run((api) => replayCommand(id, options, api, terminal)),
    );
}

function addExecutions(program: Command, run: (act: Act) => Promise<void>, terminal: Terminal): void {
  const executions = program
    .command('executions')
    .description('list executions, show one with its node runs, cancel or retry one')
    .argument('[id]')
    .option('--workflow <key>')
    .option('--status <status>', 'queued, started, resolved, failed, error, ...')
    .option('--limit <number>', 'at most 200', '20')
    .option('--json', 'as the API answers it')
    .action((id: string | undefined, options: ExecutionsOptions) =>
      run((api) => executionsCommand(id, options, api, terminal)),
    );
  executions
    .command('cancel')
    .description('end an execution that is queued, runs or waits')
    .argument('<id>')
    .action((id: string) => run((api) => cancelCommand(id, api, terminal)));
  executions
    .command('retry')
    .description('run again what an ended execution ran on; prints the id of the new one')
    .argument('<id>')
    .option('--from <node>', 'key of the node to go on from: what came before it is not done again')
    .option('--current', "with the workflow's current version instead of the same one")
    .action((id: string, options: RetryOptions) => run((api) => retryCommand(id, options, api, terminal)));
}

async function guarded(act: () => Promise<number>, terminal: Terminal): Promise<number> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof CliError || error instanceof ApiError)) throw error;
    terminal.err(error.message);
    return 1;
  }
}
