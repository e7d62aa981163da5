/** What a `Worker` or a child process needs to load an entry of its own. */
export interface SourceLocation {
  url: URL;
  execArgv: string[];
}

/**
 * Node makes JavaScript of a `.ts` entry itself but looks for its `./x.js` imports as written, and for `#engine` where the
 * build puts it. This resolver, loaded only when the sources run uncompiled (in tests), finds the sources instead.
 */
const SOURCE_RESOLVER = `import { registerHooks } from 'node:module';
registerHooks({
  resolve(specifier, context, next) {
    const own = context.parentURL?.endsWith('.ts');
    if (own && specifier.startsWith('.')) return next(specifier.replace(/\\.js$/, '.ts'), context);
    if (own && specifier.startsWith('#'))
      return next(new URL('libs/' + specifier.slice(1) + '/src/index.ts', process.env.SOURCE_ROOT).href, context);
    return next(specifier, context);
  },
});`;

/** Finds an entry beside the given module: compiled beside compiled, source beside source. */
export function locateSource(moduleUrl: string, name: string): SourceLocation {
  if (!moduleUrl.endsWith('.ts')) return { url: new URL(`./${name}.js`, moduleUrl), execArgv: [] };
  const root = new URL('../../../../', moduleUrl);
  const resolver = SOURCE_RESOLVER.replace('process.env.SOURCE_ROOT', JSON.stringify(root.href));
  return {
    url: new URL(`./${name}.ts`, moduleUrl),
    execArgv: [
      '--experimental-transform-types',
      '--import',
      `data:text/javascript,${encodeURIComponent(resolver)}`,
      '--disable-warning=ExperimentalWarning',
    ],
  };
}
