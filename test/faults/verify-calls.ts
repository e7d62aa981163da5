import type { EffectWitness } from './effect-witness.js';
import type { ExecutionSeen } from './read-history.js';
import type { Verdict } from './verdict.js';
import type { Effect } from './workloads.js';

const NODES = ['first', 'second', 'again'];

/** What the witness saw of an execution is what its ending says, and nothing twice that may not be repeated. */
export function verifyCalls(
  about: string,
  { id, status }: Pick<ExecutionSeen, 'id' | 'status'>,
  effects: readonly Effect[],
  witness: Pick<EffectWitness, 'of'>,
  verdict: Verdict,
): void {
  const seen = effects.map((effect) => ({
    ...effect,
    calls: 0,
    keys: new Set<string>(),
    ...witness.of(id, effect.node),
  }));
  for (const effect of seen) verifyEffect(about, effect, status === 'resolved', verdict);
  const skipped = seen.findIndex(
    ({ calls }, index) => calls === 0 && seen.slice(index + 1).some((later) => later.calls > 0),
  );
  if (skipped >= 0) verdict.violate('unexplained', `${about}: ${seen[skipped]!.node} was passed over`);
  const astray = NODES.filter((node) => witness.of(id, node) && !effects.some((effect) => effect.node === node));
  if (astray.length > 0)
    verdict.violate('unexplained', `${about}: ${astray.join(', ')} is not on its path and was called`);
}

function verifyEffect(
  about: string,
  { node, repeatable, calls, keys }: Effect & { calls: number; keys: ReadonlySet<string> },
  resolved: boolean,
  verdict: Verdict,
): void {
  if (calls === 0 && resolved) verdict.violate('lost', `${about}: ${node} was never called`);
  if (calls <= 1) return;
  if (!repeatable) verdict.violate('doubled', `${about}: ${node} was called ${calls} times`);
  else if (keys.size > 1) verdict.violate('doubled', `${about}: ${node} was called under ${keys.size} keys`);
  else verdict.count('repeated calls');
}
