import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

/** Ports by the variable that sets them. */
export type Ports = Record<'GATEWAY_PORT' | 'ADMIN_PORT' | 'WORKER_PORT', number>;

/**
 * Checks before anything is started that nobody listens on the ports.
 * @param address what the processes will listen on
 * @throws Error naming every port that is taken and the variable to set
 */
export async function assertPortsFree(ports: Ports, address: string): Promise<void> {
  const faults: string[] = [];
  for (const [variable, port] of Object.entries(ports)) {
    const sharedWith = Object.entries(ports).find(([other, value]) => other < variable && value === port)?.[0];
    if (sharedWith) faults.push(`${variable} and ${sharedWith} are both ${port}. Set ${variable} to another port.`);
    // A stranger on [::1] would get what is sent to "localhost".
    for (const host of new Set([address, '::1'])) {
      const fault = await bindFault(port, host);
      if (fault) faults.push(sentence(variable, port, fault));
      if (fault) break;
    }
  }
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** As many free ports of 127.0.0.1 as asked for, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports: number[] = [];
  for (const server of servers) {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
    ports.push((server.address() as AddressInfo).port);
  }
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function sentence(variable: string, port: number, fault: string): string {
  const why = fault === 'EACCES' ? 'may not be opened by this user' : 'is taken by another program';
  return `Port ${port} ${why}. Set ${variable} to a free port, e.g. ${variable}=${port < 1024 ? port + 8000 : port + 10} npm start`;
}

/** Why nobody can listen there; null when it works, or when the machine has no such address. */
async function bindFault(port: number, host: string): Promise<string | null> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EADDRINUSE' || code === 'EACCES' ? code : null;
  } finally {
    server.close();
  }
}
