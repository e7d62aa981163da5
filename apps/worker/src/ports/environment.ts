import type { ExecutionInput } from '#engine';
import type { ConfigurationStore } from '#storage';

/**
 * `$env`: secrets, and the environment variables that HOOKMILL_ENV_ALLOW names. Secrets are kept in memory under the
 * configuration epoch, so a rotated or revoked one is gone within one poll.
 */
export class Environment {
  private secrets = new Map<string, string>();
  private epoch = -1;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly configuration: Pick<ConfigurationStore, 'readEpoch' | 'loadSecrets'>,
    private readonly allowed: Readonly<Record<string, string>>,
  ) {}

  /** Loads the secrets, then looks for changes every `pollMs`. */
  async start(pollMs: number, onFault: (error: unknown) => void): Promise<void> {
    await this.refresh();
    const poll = async () => {
      // What was last known stays in force while the database is away.
      await this.refresh().catch(onFault);
      this.timer = setTimeout(() => void poll(), pollMs).unref();
    };
    this.timer = setTimeout(() => void poll(), pollMs).unref();
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }

  /** The values a workflow reads, and which of them are secret. A name nobody set is absent. */
  valuesFor(names: readonly string[]): ExecutionInput['env'] {
    const values: Record<string, string> = {};
    const secretNames = new Set<string>();
    for (const name of names) {
      const secret = this.secrets.get(name);
      const value = secret ?? (Object.hasOwn(this.allowed, name) ? this.allowed[name] : undefined);
      if (value === undefined) continue;
      values[name] = value;
      if (secret !== undefined) secretNames.add(name);
    }
    return { values, secretNames };
  }

  private async refresh(): Promise<void> {
    const epoch = await this.configuration.readEpoch();
    if (epoch === this.epoch) return;
    this.secrets = await this.configuration.loadSecrets();
    this.epoch = epoch;
  }
}
