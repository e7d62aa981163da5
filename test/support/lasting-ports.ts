import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections (Linux: 32,768 on, by RFC 6335: 49,152 on): one of those may
 * be taken while its server is away.
 */
const FIRST = 20_000;
const COUNT = 12_000;

const given = new Set<number>();

/** Ports of 127.0.0.1 that nobody uses, all different, for servers that go away and come back. */
export async function lastingPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    ports.push(port);
  }
  return ports;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
