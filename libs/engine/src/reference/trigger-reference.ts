import { triggerCatalogue, type TriggerCatalogueEntry } from '../triggers/index.js';
import { configTable } from './config-table.js';
import { markdownTable, yamlBlock } from './markdown.js';

const INTRODUCTION = `# Triggers

Generated from the declarations of the triggers by \`npm run docs:reference\`; a test compares. Do not edit it.

Every workflow has one trigger: what starts it, and what its nodes find in \`$context\`. Its \`mode\` says whether somebody waits
for the end. Besides, every enabled or disabled workflow can be run by hand (\`POST /api/v1/workflows/<key>/execute\`), by a
subflow node and as an \`errorWorkflow\`. The examples below are compiled as tests of every release.`;

/** docs/reference/triggers.md. */
export function triggerReference(): string {
  const entries = triggerCatalogue();
  const rows = entries.map(({ type, title, modes }) => [`[\`${type}\`](#${type})`, title, modeText(modes)]);
  const overview = markdownTable(['Type', 'Title', 'Modes, the default first'], rows);
  return `${[INTRODUCTION, overview, ...entries.map(section)].join('\n\n')}\n`;
}

function modeText(modes: readonly string[]): string {
  return modes.map((mode) => `\`${mode}\``).join(', ');
}

function section({ type, title, docs, context, modes, configSchema, examples }: TriggerCatalogueEntry): string {
  return [
    `## ${type}`,
    `**${title}.** ${docs}`,
    `- Modes, the default first: ${modeText(modes)}.\n- \`$context\`: ${context}`,
    '### Properties of `trigger`',
    configTable(configSchema),
    '### Examples',
    ...examples.map((example) => yamlBlock(example)),
  ].join('\n\n');
}
