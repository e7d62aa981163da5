/** What a `Worker` needs to load the script thread. */
export interface ThreadLocation {
  url: URL;
  execArgv: string[];
}

/**
 * Node strips the types of a `.ts` entry itself but looks for its `./x.js` imports as written. This resolver, loaded
 * only when the sources run uncompiled (in tests), tries `./x.ts` for them.
 */
const SOURCE_RESOLVER = `import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    const own = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return next(own ? specifier.replace(/\\.js$/, '.ts') : specifier, context);
  },
});`;

/** Finds the thread's entry beside the given module: compiled beside compiled, source beside source. */
export function locateScriptThread(moduleUrl: string): ThreadLocation {
  if (!moduleUrl.endsWith('.ts')) return { url: new URL('./script-thread.js', moduleUrl), execArgv: [] };
  const resolver = `data:text/javascript,${encodeURIComponent(SOURCE_RESOLVER)}`;
  return {
    url: new URL('./script-thread.ts', moduleUrl),
    execArgv: ['--import', resolver, '--disable-warning=ExperimentalWarning'],
  };
}
