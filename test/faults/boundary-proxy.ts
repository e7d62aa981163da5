import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { BoundaryTrap, Kill } from './boundary-trap.js';
import { BIND, PostgresMessages, READY_FOR_QUERY, statementOf } from './postgres-messages.js';

/** Stands between one worker and Postgres. */
export interface BoundaryProxy {
  /** The database, through the proxy. */
  url: string;
  close(): void;
}

export interface BoundaryProxyOptions {
  databaseUrl: string;
  /** The trap that is set now; null for none. */
  trap: () => BoundaryTrap | null;
  /** Ends the worker behind this proxy. */
  kill: Kill;
}

interface Connection extends BoundaryProxyOptions {
  worker: Socket;
  database: Socket;
  /** The statement under way about the execution, and the trap that watches it. */
  watched: { statement: string; trap: BoundaryTrap } | null;
}

export async function startBoundaryProxy(options: BoundaryProxyOptions): Promise<BoundaryProxy> {
  const target = new URL(options.databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((worker) => {
    const database = connect(Number(target.port), target.hostname);
    const connection: Connection = { ...options, worker, database, watched: null };
    for (const socket of [worker, database]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => undefined);
    }
    for (const passOn of [toDatabase, toWorker])
      void passOn(connection)
        .catch(() => undefined)
        .finally(() => part(connection));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(options.databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function toDatabase(connection: Connection): Promise<void> {
  const messages = new PostgresMessages(true);
  for await (const chunk of connection.worker)
    for (const message of messages.push(chunk as Buffer)) {
      if (message[0] === BIND && (await isKilledBefore(connection, message))) return;
      connection.database.write(message);
    }
}

async function isKilledBefore(connection: Connection, bind: Buffer): Promise<boolean> {
  const trap = connection.trap();
  if (!trap || trap.killed || !(await trap.concerns(bind))) return false;
  const statement = statementOf(bind);
  if (trap.reach(`before ${statement}`, connection.kill)) return true;
  connection.watched = { statement, trap };
  return false;
}

/** The answer to a watched statement is held back until it is complete, which is after the commit. */
async function toWorker(connection: Connection): Promise<void> {
  const messages = new PostgresMessages(false);
  let held: Buffer[] = [];
  for await (const chunk of connection.database)
    for (const message of messages.push(chunk as Buffer)) {
      held.push(message);
      const { watched } = connection;
      if (watched && message[0] !== READY_FOR_QUERY) continue;
      connection.watched = null;
      if (watched?.trap.reach(`after ${watched.statement}`, connection.kill)) return;
      connection.worker.write(Buffer.concat(held));
      held = [];
    }
}

function part({ worker, database }: Connection): void {
  worker.destroy();
  database.destroy();
}
