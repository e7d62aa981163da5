import { providers, type Provider } from '#signatures';

/**
 * Registers presets for the length of a spec: shapes that no sender of the real world has all at once.
 * @returns takes them out again
 */
export function registerPresets(...presets: (Partial<Provider> & { name: string })[]): () => void {
  const registry = providers as Map<string, Provider>;
  const github = registry.get('github')!;
  for (const preset of presets) registry.set(preset.name, { ...github, formPayload: null, handshakes: [], ...preset });
  return () => presets.forEach(({ name }) => registry.delete(name));
}
