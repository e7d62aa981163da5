import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { nodeReference, providerReference, triggerReference } from '#engine';
import { environmentExample } from '#shared';
import { providers } from '#signatures';
import { refusals, type RefusalEntry } from '../apps/gateway/src/webhook/refusals.js';

const read = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');

describe('the documentation', () => {
  it('lists exactly the refusals of the code, with gate, stage and status', () => {
    const rows = read('docs/architecture.md')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split('|').slice(1, -1))
      .map((cells) => cells.map((cell) => cell.trim().replaceAll('`', '')))
      .filter((cells) => cells.length === 4);
    const from = rows.findIndex(([gate, , code]) => gate === 'gate' && code === 'code') + 2;
    const documented = rows
      .slice(from, from + Object.keys(refusals).length)
      .map(([gate, stage, code, status]) => [code, gate, stage, status]);
    const coded = (Object.entries(refusals) as [string, RefusalEntry][]).map(([code, { gate, stage, status }]) => [
      code,
      gate === 0 ? '–' : String(gate),
      stage,
      String(status),
    ]);
    expect(documented).toEqual(coded);
  });

  it('has an .env.example that is made from the settings (npm run env:example)', () => {
    expect(read('.env.example')).toBe(environmentExample());
  });

  it.each([
    ['docs/reference/nodes.md', nodeReference],
    ['docs/reference/triggers.md', triggerReference],
    ['docs/reference/providers.md', providerReference],
  ])('has in %s what the declarations say (npm run docs:reference)', (file, reference) => {
    expect(read(file)).toBe(reference());
  });

  it('names every preset of a provider in the README', () => {
    const section = read('README.md').split('## Verifying senders')[1]?.split('\n## ')[0] ?? '';
    const named = new Set([...section.matchAll(/`([a-z0-9-]+)`/g)].map(([, name]) => name));
    expect([...providers.keys()].filter((name) => !named.has(name))).toEqual([]);
  });

  it('links to files that exist', () => {
    const pages = [
      'architecture',
      'extending',
      'operations',
      'reference/nodes',
      'reference/triggers',
      'reference/providers',
    ];
    const decisions = readdirSync(new URL('../docs/adr/', import.meta.url)).map((name) => `docs/adr/${name}`);
    for (const file of ['README.md', 'CONTRIBUTING.md', ...pages.map((name) => `docs/${name}.md`), ...decisions]) {
      const folder = file.slice(0, file.lastIndexOf('/') + 1);
      const links = [...read(file).matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, target]) => target!);
      for (const link of links) {
        expect({ link, exists: exists(`${folder}${link}`) }).toEqual({ link, exists: true });
      }
    }
  });
});

function exists(file: string): boolean {
  try {
    read(file);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EISDIR';
  }
}
