import { describe, expect, it } from '@jest/globals';
import { providers } from '#signatures';
import { compileWorkflow } from '../nodes/compile-workflow.js';
import { providerEntry } from './provider-entry.js';
import { providerReference } from './provider-reference.js';
import { durationText } from './provider-words.js';

describe('the page of the providers', () => {
  const page = providerReference();

  it.each([...providers.values()])('shows an entry of $name that can be stored', (provider) => {
    const trigger = { type: 'webhook', auth: [providerEntry(provider)] };
    expect(compileWorkflow({ trigger, nodes: [] })).toMatchObject({ ok: true });
    // Keys of the vectors are of no use to anybody, but what is shown is copied.
    const { secrets = ['{{$env.NONE}}'] } = trigger.auth[0]!;
    expect(secrets).toEqual([expect.stringMatching(/^\{\{\$env\.[A-Z0-9_]+\}\}$/)]);
  });

  it.each([...providers.values()])('has a section on $name with all that it declares', (provider) => {
    const section = page.split(`\n## ${provider.name}\n`)[1]?.split('\n## ')[0] ?? '';
    for (const said of [provider.title, provider.docs, provider.link, ...Object.keys(provider.options.properties)])
      expect(section).toContain(said);
    for (const [name, value] of Object.entries(provider.sample.headers)) expect(section).toContain(`${name}: ${value}`);
    const facts = [
      'Delivery id: ',
      'Event type: ',
      'Handshake: ',
      'Acknowledgement: ',
      'Patience: ',
      'Retry horizon: ',
    ];
    for (const fact of facts) expect(section).toContain(`\n- ${fact}`);
    expect(section).not.toMatch(/undefined|\[object|null/);
  });

  it.each([
    [500, '500 milliseconds'],
    [1_000, '1 second'],
    [5_000, '5 seconds'],
    [300_000, '5 minutes'],
    [5_400_000, '90 minutes'],
    [259_200_000, '3 days'],
    [25_515_000, 'about 7 hours'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
