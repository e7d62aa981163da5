import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Calls of one node of one execution. */
export interface WitnessedEffect {
  calls: number;
  /** Distinct `Idempotency-Key` headers; '' for none. */
  keys: Set<string>;
  /** Calls that were answered with 500. */
  refused: number;
}

/** The world outside: counts every call, answers after a moment, sometimes with 500. */
export interface EffectWitness {
  url: string;
  /** Undefined when it was never called. */
  of(executionId: string, node: string): WitnessedEffect | undefined;
  /** Calls since the last `forget`. */
  calls(): number;
  /** Drops what was counted, so that a long run stays small. */
  forget(): void;
  close(): void;
}

/** Milliseconds. */
const SLOWEST_ANSWER = 30;
const REFUSED_SHARE = 0.03;

/** Refuses only the first call of a node of an execution: a repeatable one gets through at its next try. */
export async function startEffectWitness(random: () => number): Promise<EffectWitness> {
  const seen = new Map<string, WitnessedEffect>();
  let calls = 0;
  const count = (request: IncomingMessage): boolean => {
    calls += 1;
    const id = `${String(request.headers['x-execution'])} ${request.url!.slice(1)}`;
    const effect = seen.get(id) ?? { calls: 0, keys: new Set<string>(), refused: 0 };
    seen.set(id, effect);
    effect.calls += 1;
    effect.keys.add(String(request.headers['idempotency-key'] ?? ''));
    const refused = effect.calls === 1 && random() < REFUSED_SHARE;
    if (refused) effect.refused += 1;
    return refused;
  };
  const server = createServer((request, response) => {
    request.resume();
    const refused = count(request);
    setTimeout(() => answer(response, refused), random() * SLOWEST_ANSWER);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    of: (executionId, node) => seen.get(`${executionId} ${node}`),
    calls: () => calls,
    forget: () => {
      seen.clear();
      calls = 0;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function answer(response: ServerResponse, refused: boolean): void {
  response.writeHead(refused ? 500 : 200, { 'content-type': 'application/json' });
  response.end('{}');
}
