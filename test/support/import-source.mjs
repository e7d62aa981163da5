import { existsSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Imports a TypeScript source file of ours from plain JavaScript, so that the test services need no build. Node strips
 * the types itself; only `./x.js`, as TypeScript wants it written, must be led to `./x.ts`.
 * @param {URL} url
 */
export async function importSource(url) {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts')) {
        const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
        if (existsSync(fileURLToPath(source))) return next(source.href, context);
      }
      return next(specifier, context);
    },
  });
  try {
    return await import(url.href);
  } finally {
    hooks.deregister();
  }
}
