import type { EngineNumbers, EngineRate } from '../engine/engine-numbers.js';
import { markdownTable } from './markdown-table.js';

/** Microseconds: what a node without effect may cost at most. */
const NODE_US = 20;
/** Milliseconds: what a script may cost at most once its thread is warm. */
const SCRIPT_MS = 2;
/** The heap of a long loop may differ so much between its points: its collections are never quite the same. */
const FLAT_MB = 2;

/** What the engine does alone, each number beside its aim where there is one. */
export function engineReport({ condition, loop, nodeUs, heapMb, script }: EngineNumbers): string {
  const perScript = 1000 / script.perSecond;
  const rows = [
    ['a condition and two nodes', rate(condition), ''],
    ['a loop of 100 rounds of two nodes', rate(loop), ''],
    ...Object.entries(nodeUs).map(([type, us]) => [`one more ${type}, CPU us`, us.toFixed(1), aim(us, NODE_US)]),
    ['a script in a warm thread', rate(script), ''],
    ['the same, ms', perScript.toFixed(2), aim(perScript, SCRIPT_MS)],
    ['heap in a loop of 10,000 rounds, MB', heapMb.during.map((mb) => mb.toFixed(1)).join(' '), flat(heapMb.during)],
    ['heap before and after that loop, MB', `${heapMb.before.toFixed(1)} ${heapMb.after.toFixed(1)}`, ''],
  ];
  return `\n## The engine alone\n\n${markdownTable(['part', 'measured', 'aim'], rows)}`;
}

function aim(measured: number, most: number): string {
  return `${measured < most ? 'met' : 'MISSED'}: below ${most}`;
}

function flat(heap: readonly number[]): string {
  const grown = Math.max(...heap) - Math.min(...heap);
  return `${grown < FLAT_MB ? 'met' : 'MISSED'}: flat within ${FLAT_MB} MB`;
}

function rate({ perSecond, cpuUs }: EngineRate): string {
  return `${Math.round(perSecond)}/s, ${cpuUs.toFixed(0)} CPU us each`;
}
