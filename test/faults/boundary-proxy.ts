import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { BoundaryTrap, Kill } from './boundary-trap.js';
import { PostgresMessages, READY_FOR_QUERY } from './postgres-messages.js';
import { WatchedSession } from './watched-session.js';

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

interface Connection {
  worker: Socket;
  database: Socket;
  session: WatchedSession;
}

export async function startBoundaryProxy({ databaseUrl, trap, kill }: BoundaryProxyOptions): Promise<BoundaryProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((worker) => {
    const database = connect(Number(target.port), target.hostname);
    const connection: Connection = { worker, database, session: new WatchedSession(trap, kill) };
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
  const url = new URL(databaseUrl);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.toString(),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function toDatabase({ worker, database, session }: Connection): Promise<void> {
  const messages = new PostgresMessages(true);
  for await (const chunk of worker)
    for (const message of messages.push(chunk as Buffer)) {
      if (await session.isKilledBefore(message)) return;
      database.write(message);
    }
}

/** The answer to a watched statement is held back until it is complete, which is after the commit. */
async function toWorker({ worker, database, session }: Connection): Promise<void> {
  const messages = new PostgresMessages(false);
  let held: Buffer[] = [];
  for await (const chunk of database)
    for (const message of messages.push(chunk as Buffer)) {
      held.push(message);
      if (session.isWatched && message[0] !== READY_FOR_QUERY) continue;
      const answer = Buffer.concat(held);
      held = [];
      if (session.isKilledAfter(answer)) return;
      worker.write(answer);
    }
}

function part({ worker, database }: Connection): void {
  worker.destroy();
  database.destroy();
}
