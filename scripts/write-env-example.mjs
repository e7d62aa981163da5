// Writes .env.example from the declared settings; test/docs.spec.ts compares. Run it through `npm run env:example`.
import { writeFileSync } from 'node:fs';
import { environmentExample } from '../dist/libs/shared/src/index.js';

writeFileSync(new URL('../.env.example', import.meta.url), environmentExample());
