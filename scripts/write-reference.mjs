// Writes docs/reference/{nodes,triggers,providers}.md from the declarations; test/docs.spec.ts compares. Run it through
// `npm run docs:reference`.
import { writeFileSync } from 'node:fs';
import { nodeReference, providerReference, triggerReference } from '../dist/libs/engine/src/index.js';

const folder = new URL('../docs/reference/', import.meta.url);
writeFileSync(new URL('nodes.md', folder), nodeReference());
writeFileSync(new URL('triggers.md', folder), triggerReference());
writeFileSync(new URL('providers.md', folder), providerReference());
