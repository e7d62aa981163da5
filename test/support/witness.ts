import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of the world outside that counts its calls and answers only when it is told to. */
export interface Witness {
  url: string;
  /** Paths that were called, in order. */
  calls: string[];
  /** Answers everything held, and from now on at once. */
  release(): void;
  close(): void;
}

export async function startWitness(): Promise<Witness> {
  const calls: string[] = [];
  const held: (() => void)[] = [];
  let open = false;
  const server = createServer((request, response) => {
    calls.push(request.url!);
    const answer = () => void response.end('{}');
    if (open) answer();
    else held.push(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    release: () => {
      open = true;
      for (const answer of held.splice(0)) answer();
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
