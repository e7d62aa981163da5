import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '#shared';
import { normaliseAddress, type IpList } from '#signatures';
import { OncePer } from '../webhook/once-per.js';
import { addressBlock } from './address-block.js';

export interface ConnectionCapOptions {
  /** Most open connections of one peer. */
  most: number;
  /** Not counted: many senders stand behind each. */
  proxies: IpList;
  logger: Pick<Logger, 'warn'>;
}

/**
 * Closes the connections that one peer opens beyond its share, before a byte of them is read: an answer would cost more
 * than the connection. Senders with many slow connections then run out of their own share, not of our descriptors.
 */
export function capConnections(server: Server, { most, proxies, logger }: ConnectionCapOptions): void {
  const open = new Map<string, number>();
  const quiet = new OncePer(60_000);
  server.prependListener('connection', (socket: Socket) => {
    const address = normaliseAddress((socket.remoteAddress ?? '').replace(/%.*$/, '')) ?? '';
    if (proxies.has(address)) return;
    const peer = addressBlock(address);
    const count = (open.get(peer) ?? 0) + 1;
    if (count > most) {
      if (quiet.allows(peer)) logger.warn({ peer, most }, 'connections_refused');
      socket.destroy();
      return;
    }
    open.set(peer, count);
    socket.once('close', () => {
      const left = open.get(peer)! - 1;
      if (left > 0) open.set(peer, left);
      else open.delete(peer);
    });
  });
}
