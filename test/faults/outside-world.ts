import { createServer } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { BoundaryTrap } from './boundary-trap.js';

/** Calls of one node. */
export interface CrashCalls {
  calls: number;
  /** What the receiver could tell repetitions by: the key of a call, the id of a mail. */
  keys: Set<string>;
}

/** Where the effects of nodes arrive: any HTTP receiver (`/<node>...`) and a mail server. */
export interface OutsideWorld {
  url: string;
  smtpPort: number;
  /** What arrived from an execution, by node. Mails count as calls of `mail`. */
  callsOf(executionId: string): ReadonlyMap<string, CrashCalls>;
  close(): void;
}

/** What a receiver finds of the execution: in a header, a body or a mail. */
const EXECUTION = /execution"?[:= ]+"?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;
const MESSAGE_ID = /^message-id: *(\S+)/im;
/** Good for a request, a channel and a language model. */
const ANSWER = JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }] });

/** What one node of one execution sent. */
interface Arrival {
  execution: string;
  node: string;
  key: string;
}

/** @param trap the one that is set now: arrivals are boundaries of it */
export async function startOutsideWorld(trap: () => BoundaryTrap | null): Promise<OutsideWorld> {
  const seen = new Map<string, Map<string, CrashCalls>>();
  /** @returns whether the sender was killed, before it got an answer */
  const receive = ({ execution, node, key }: Arrival): boolean => {
    const calls = seen.get(execution) ?? new Map<string, CrashCalls>();
    const { calls: before, keys } = calls.get(node) ?? { calls: 0, keys: new Set<string>() };
    calls.set(node, { calls: before + 1, keys: keys.add(key) });
    seen.set(execution, calls);
    return trapOf(execution)?.reach(`received ${node}`) ?? false;
  };
  const trapOf = (execution: string) => (trap()?.ownerOf(execution) == null ? null : trap());
  const answered = ({ execution, node }: Arrival) => void trapOf(execution)?.reach(`answered ${node}`);
  const http = await startHttp(receive, answered);
  const smtp = await startSmtp(receive, answered);
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    smtpPort: (smtp.server.address() as AddressInfo).port,
    callsOf: (id) => seen.get(id) ?? new Map<string, CrashCalls>(),
    close: () => {
      http.closeAllConnections();
      http.close();
      smtp.close();
    },
  };
}

type Receive = (arrival: Arrival) => boolean;
type Answered = (arrival: Arrival) => void;

async function startHttp(receive: Receive, answered: Answered): Promise<Server> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (part: string) => (body += part));
    request.on('error', () => undefined);
    request.on('end', () => {
      const arrival = arrivalOf(request, body);
      if (receive(arrival)) return void request.socket.destroy();
      response.setHeader('content-type', 'application/json').end(ANSWER);
      answered(arrival);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function arrivalOf({ url, headers }: IncomingMessage, body: string): Arrival {
  const execution = String(headers['x-execution'] ?? EXECUTION.exec(body)?.[1]);
  return { execution, node: url!.split('/')[1]!, key: String(headers['idempotency-key'] ?? headers['webhook-id']) };
}

async function startSmtp(receive: Receive, answered: Answered): Promise<SMTPServer> {
  const server = new SMTPServer({
    logger: false,
    authOptional: true,
    hideSTARTTLS: true,
    onData: (stream, _session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const execution = String(EXECUTION.exec(text)?.[1]);
        const arrival = { execution, node: 'mail', key: String(MESSAGE_ID.exec(text)?.[1]) };
        // A worker that was killed hears nothing any more.
        if (receive(arrival)) return;
        done(null);
        answered(arrival);
      });
    },
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}
