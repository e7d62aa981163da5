import { compileWorkflow, isWebhookWorkflow } from '#engine';
import type { Logger } from '#shared';
import type { ActiveVersion, ConfigurationStore } from '#storage';
import { activeWorkflow, type ActiveWorkflow } from './active-workflow.js';
import { WorkflowIndex } from './workflow-index.js';

export interface DirectoryOptions {
  configuration: Pick<ConfigurationStore, 'readEpoch' | 'loadActive' | 'loadVersion' | 'loadSecrets'>;
  /** Milliseconds between two looks at the epoch. */
  pollMs: number;
  /** Variables that templates may read besides secrets; a secret of the same name wins. */
  environment: Readonly<Record<string, string>>;
  logger: Pick<Logger, 'info' | 'warn'>;
}

/** Secrets come into force and expire by the clock, without a change of the epoch. */
const SECRETS_MAX_AGE = 1_000;
/** Compiled versions kept; the oldest ones go first. */
const MAX_VERSIONS = 5_000;

/**
 * The enabled workflows with a webhook and the secrets in force, in memory. Other workflows have no URL: nobody finds them. Reloaded when the configuration epoch changed; while the
 * database is away the last state stays.
 */
export class WorkflowDirectory {
  private index = new WorkflowIndex([]);
  private values: Readonly<Record<string, string>>;
  private readonly versions = new Map<number, ActiveWorkflow | null>();
  private epoch: number | null = null;
  private secretsReadAt = -Infinity;
  private timer: NodeJS.Timeout | null = null;
  private polling: Promise<void> | null = null;
  private away = false;

  constructor(private readonly options: DirectoryOptions) {
    this.values = { ...options.environment };
  }

  /** Loads everything, then polls. Rejects when the first load fails: a gateway that knows nothing must not start. */
  async start(): Promise<void> {
    await this.refresh();
    this.timer = setInterval(() => (this.polling ??= this.poll()), this.options.pollMs);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.polling;
  }

  /** Secrets and allowed variables by name: one object until something changed. */
  get env(): Readonly<Record<string, string>> {
    return this.values;
  }

  findKey(key: string): ActiveWorkflow | null {
    return this.index.findKey(key);
  }

  find(rest: string): readonly ActiveWorkflow[] {
    return this.index.find(rest);
  }

  /** Any version, current or not; null when it is unknown or does not compile here. */
  async version(versionId: number): Promise<ActiveWorkflow | null> {
    const known = this.versions.get(versionId);
    if (known !== undefined) return known;
    const active = await this.options.configuration.loadVersion(versionId);
    return active && this.prepare(active);
  }

  private async poll(): Promise<void> {
    try {
      await this.refresh();
      if (this.away) this.options.logger.info('configuration_read_again');
      this.away = false;
    } catch (error) {
      if (!this.away) this.options.logger.warn({ err: error }, 'configuration_unreadable');
      this.away = true;
    } finally {
      this.polling = null;
    }
  }

  private async refresh(): Promise<void> {
    const { configuration } = this.options;
    const epoch = await configuration.readEpoch();
    if (epoch !== this.epoch) {
      const [active] = await Promise.all([configuration.loadActive(), this.refreshSecrets()]);
      this.index = new WorkflowIndex(active.flatMap((version) => this.prepare(version) ?? []));
      // Taken before the load: a change during it is seen at the next look.
      this.epoch = epoch;
      this.options.logger.info({ epoch, workflows: this.index.size }, 'configuration_loaded');
    } else if (performance.now() - this.secretsReadAt >= SECRETS_MAX_AGE) {
      await this.refreshSecrets();
    }
  }

  private async refreshSecrets(): Promise<void> {
    const secrets = await this.options.configuration.loadSecrets();
    this.secretsReadAt = performance.now();
    const next = { ...this.options.environment, ...Object.fromEntries(secrets) };
    if (!isSame(next, this.values)) this.values = next;
  }

  /** Versions never change, so each is compiled once. One from a newer release is skipped, with a line that says so. */
  private prepare(active: ActiveVersion): ActiveWorkflow | null {
    const known = this.versions.get(active.versionId);
    if (known !== undefined) return known;
    const prepared = this.compile(active);
    if (this.versions.size >= MAX_VERSIONS) this.versions.delete(this.versions.keys().next().value!);
    this.versions.set(active.versionId, prepared);
    return prepared;
  }

  private compile(active: ActiveVersion): ActiveWorkflow | null {
    const result = compileWorkflow(active.document, { isStored: true });
    if (result.ok) return isWebhookWorkflow(result.workflow) ? activeWorkflow(active, result.workflow) : null;
    const { workflowKey, version } = active;
    this.options.logger.warn({ workflowKey, version, faults: result.faults.slice(0, 5) }, 'workflow_does_not_compile');
    return null;
  }
}

function isSame(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}
