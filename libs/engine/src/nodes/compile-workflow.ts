import { compileWith, type CompileOptions, type CompileResult } from '../definition/compile-workflow.js';
import { nodeRegistry } from './index.js';

/** Compiles a document against the registered nodes, see `compileWith`. */
export const compileWorkflow: (document: unknown, options?: CompileOptions) => CompileResult =
  compileWith(nodeRegistry);
