import { Resolver } from 'node:dns/promises';
import type { AddressInfo } from 'node:net';
import dns2 from 'dns2';
import type { HostLookup, ResolvedAddress } from '#shared';

/** A DNS server on 127.0.0.1 that answers as the test says, with a time to live of zero, and keeps what it was asked. */
export interface TestDns {
  /** Names asked for, as `A name` or `AAAA name`, in order. */
  readonly asked: string[];
  /** Answers the queries of a name in turn; the last answer stays. Addresses of the other family are left out of each. */
  answer(name: string, ...answers: string[][]): void;
  /** Resolves names by this server instead of the system's resolver, as the guard does in production. */
  lookup: HostLookup;
  close(): Promise<void>;
}

type Family = 'A' | 'AAAA';

const { A, AAAA } = dns2.Packet.TYPE;

export async function startTestDns(): Promise<TestDns> {
  const asked: string[] = [];
  const script = new Map<string, string[][]>();
  const turns = new Map<string, number>();
  const server = dns2.createServer({
    udp: true,
    handle: (request, send) => {
      const response = dns2.Packet.createResponseFromRequest(request);
      for (const { name, type } of request.questions) {
        const family: Family = type === AAAA ? 'AAAA' : 'A';
        const question = `${family} ${name}`;
        const turn = turns.get(question) ?? 0;
        asked.push(question);
        turns.set(question, turn + 1);
        const answers = script.get(name) ?? [];
        for (const address of answers[Math.min(turn, answers.length - 1)] ?? []) {
          if (address.includes(':') !== (family === 'AAAA')) continue;
          response.answers.push({ name, type: type ?? A, class: dns2.Packet.CLASS.IN, ttl: 0, address } as never);
        }
      }
      void send(response);
    },
  });
  await server.listen({ udp: { port: 0, address: '127.0.0.1' } });
  const { port } = server.addresses().udp as AddressInfo;
  return {
    asked,
    answer: (name, ...answers) => void script.set(name, answers),
    lookup: lookupAt(`127.0.0.1:${port}`),
    close: () => server.close(),
  };
}

function lookupAt(server: string): HostLookup {
  const resolver = new Resolver({ timeout: 1_000, tries: 1 });
  resolver.setServers([server]);
  return async (hostname) => {
    const [four, six] = await Promise.all([
      resolver.resolve4(hostname).catch(() => []),
      resolver.resolve6(hostname).catch(() => []),
    ]);
    return [
      ...four.map((address): ResolvedAddress => ({ address, family: 4 })),
      ...six.map((address): ResolvedAddress => ({ address, family: 6 })),
    ];
  };
}
