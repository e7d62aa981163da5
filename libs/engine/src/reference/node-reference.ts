import type { Json, JsonObject } from '#shared';
import type { NodeExample } from '../contract/node.js';
import { nodeCatalogue, type NodeCatalogueEntry } from '../nodes/index.js';
import { triggerRegistry } from '../triggers/index.js';
import { configTable } from './config-table.js';
import { inlineValue, markdownTable, yamlBlock } from './markdown.js';
import { outcomeText } from './outcome-text.js';

const INTRODUCTION = `# Nodes

Generated from the declarations of the nodes by \`npm run docs:reference\`; a test compares. Do not edit it.

A node of a document has a \`type\`, a \`config\` and, where its type has them, \`branches\`; also a \`key\`, under which other nodes
find its result as \`{{$jobsMapByNodeKey.<key>}}\`, and a \`title\`. In a \`config\`, \`{{...}}\` stands for a value; see
[the README](../../README.md). Every node whose template, result or time goes beyond a limit of the installation is an \`error\`.
A node that ends as \`failed\` or \`error\` ends the execution, or what encloses it (a loop, a parallel) decides.

The examples below are run as tests of every release. "Given" is what the execution knows (\`$context\`, results of earlier
nodes), what the world outside answers (\`answer\`), and for a node that goes on after a wait what it showed (\`waited with\`).`;

/** docs/reference/nodes.md. */
export function nodeReference(): string {
  const entries = nodeCatalogue();
  const rows = entries.map(({ type, title, docs }) => [`[\`${type}\`](#${type})`, title, firstSentence(docs)]);
  const overview = markdownTable(['Type', 'Title', 'Does'], rows);
  return `${[INTRODUCTION, overview, ...entries.map(section)].join('\n\n')}\n`;
}

function firstSentence(docs: string): string {
  return /^.*?\.(?=\s|$)/.exec(docs)?.[0] ?? docs;
}

function section(entry: NodeCatalogueEntry): string {
  return [
    `## ${entry.type}`,
    `**${entry.title}.** ${entry.docs}`,
    facts(entry)
      .map((fact) => `- ${fact}`)
      .join('\n'),
    '### Config',
    configTable(entry.configSchema),
    ...rawText(entry),
    '### Examples',
    ...entry.examples.map(exampleText),
  ].join('\n\n');
}

function facts(entry: NodeCatalogueEntry): string[] {
  const modes = entry.suspends || !allowsSync(entry) ? '`async`' : '`async` and `sync`';
  const triggers = entry.triggers?.map((type) => `\`${type}\``).join(', ') ?? 'any';
  return [
    `Branches: ${branchText(entry)}.`,
    `Effect: ${effectText(entry)}.`,
    `Workflows: mode ${entry.type === 'response' ? '`sync`' : modes}; trigger ${triggers}.`,
    ...(entry.testable ? ['Can be tried by itself: `POST /api/v1/nodes/:type/test`.'] : []),
  ];
}

/** Whether a trigger that it has a place behind can be sync. */
function allowsSync({ triggers }: NodeCatalogueEntry): boolean {
  return triggers === null || triggers.some((type) => triggerRegistry.get(type)?.modes.includes('sync') === true);
}

function branchText({ branches, repeats, concurrent }: NodeCatalogueEntry): string {
  const names = branches === 'any' ? 'named by the author' : branches.map((name) => `\`${name}\``).join(', ');
  if (names === '') return 'none';
  if (repeats) return `${names}, in rounds`;
  return concurrent ? `${names}, all at once` : names;
}

function effectText({ effect, repeatable }: NodeCatalogueEntry): string {
  if (effect === 'pure') return 'none outside this installation';
  const again = repeatable === 'configured' ? 'unless its config says that repeating does no harm' : 'in any case';
  return `acts outside, at most once ${again}`;
}

function rawText({ raw }: NodeCatalogueEntry): string[] {
  if (raw.length === 0) return [];
  const names = raw.map((name) => `\`${name}\``).join(', ');
  return [`Not rendered before the node sees it: ${names}. What \`{{...}}\` means there is up to the node.`];
}

function exampleText(example: NodeExample): string {
  const given = givenOf(example);
  return [
    `#### ${example.title}`,
    yamlBlock({ config: example.config }),
    ...(Object.keys(given).length === 0 ? [] : [`Given: ${inlineValue(given)}`]),
    outcomeText(example.expect),
  ].join('\n\n');
}

function givenOf({ context, results, answer, waited }: NodeExample): JsonObject {
  const given: [string, Json | undefined][] = [
    ['$context', context],
    ['$jobsMapByNodeKey', results],
    ['answer', answer],
    ['waited with', waited?.result],
  ];
  return Object.fromEntries(given.filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
