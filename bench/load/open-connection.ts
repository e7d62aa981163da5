import { connect } from 'node:net';
import type { Socket } from 'node:net';
import type { RequestBytes } from './request-bytes.js';
import { createResponseReader } from './response-reader.js';

/** One connection that stays open and carries one request at a time. */
export interface Connection {
  /** @param delivery see {@link RequestBytes} */
  send(delivery: number): void;
  close(): void;
}

const READ_BUFFER_BYTES = 16 * 1024;

/**
 * @param onAnswer gets the status of the request under way, or null when the connection broke under it; a broken
 *   connection is opened again at once
 * @throws Error (rejects) when nobody listens there
 */
export async function openConnection(
  url: string,
  request: RequestBytes,
  onAnswer: (status: number | null) => void,
): Promise<Connection> {
  let underWay = false;
  let closed = false;
  const settle = (status: number | null) => {
    if (!underWay) return;
    underWay = false;
    onAnswer(status);
  };
  const open = async () => await dial(url, settle, reopen);
  let socket = await open();
  async function reopen(): Promise<void> {
    if (closed) return;
    try {
      socket = await open();
    } catch {
      // Nobody listens any more: whatever is sent from now on breaks, and the run says so.
    }
    settle(null);
  }
  return {
    send(delivery) {
      underWay = true;
      request.setDelivery(delivery);
      if (socket.destroyed) setImmediate(() => settle(null));
      else socket.write(request.bytes);
    },
    close() {
      closed = true;
      socket.destroy();
    },
  };
}

async function dial(url: string, onAnswer: (status: number) => void, onBroken: () => void): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const reader = createResponseReader(onAnswer);
  return await new Promise<Socket>((resolve, reject) => {
    const buffer = Buffer.allocUnsafe(READ_BUFFER_BYTES);
    const callback = (bytes: number) => {
      reader.read(buffer.subarray(0, bytes));
      return true;
    };
    // One buffer for all that is read: no allocation for each chunk, no stream machinery.
    const socket = connect({ host: hostname, port: Number(port), noDelay: true, onread: { buffer, callback } });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.on('error', () => undefined).once('close', onBroken);
      resolve(socket);
    });
  });
}
