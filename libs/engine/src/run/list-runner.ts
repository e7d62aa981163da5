import type { CompiledNode } from '../contract/compiled-workflow.js';
import type { ExecutionState } from './execution-state.js';
import type { Frame } from './frame.js';
import type { Settled } from './settle-visit.js';

/** Runs a list of nodes and everything in it. */
export type RunList = (nodes: readonly CompiledNode[], frame: Frame, state: ExecutionState) => Promise<Settled>;
