import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a client and a server and breaks the network on demand. */
export interface FaultyProxy {
  readonly port: number;
  /** Drops every connection and refuses new ones. */
  cut(): Promise<void>;
  /** Keeps connections open, accepts new ones, and passes nothing on. */
  freeze(): void;
  /** Keeps present connections open and silent for good, as when a host vanishes; new ones work. */
  abandon(): void;
  /** Ends whatever fault there is. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Listens on a free local port and passes everything on to `host:port`. */
export async function startFaultyProxy(host: string, port: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  const abandoned = new WeakSet<Socket>();
  let frozen = false;
  const server = createServer((client) => {
    const upstream = connect(port, host);
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from);
      if (frozen) from.pause();
      from.on('data', (chunk) => to.write(chunk));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const proxyPort = (server.address() as AddressInfo).port;
  const cut = (): Promise<void> => stop(server, sockets);
  return {
    port: proxyPort,
    cut,
    freeze() {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    abandon() {
      for (const socket of sockets) {
        socket.pause();
        abandoned.add(socket);
      }
    },
    async restore() {
      frozen = false;
      for (const socket of sockets) if (!abandoned.has(socket)) socket.resume();
      if (!server.listening) await listen(proxyPort);
    },
    close: cut,
  };
}

async function stop(server: Server, sockets: Set<Socket>): Promise<void> {
  const closed = server.listening ? once(server, 'close') : Promise.resolve();
  if (server.listening) server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
