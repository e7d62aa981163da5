import { compileWorkflow, type CompiledWorkflow } from '#engine';
import type { ConfigurationStore } from '#storage';

/** The version cannot be run by this release; another worker may know its nodes. */
export class UnrunnableVersion extends Error {
  override readonly name = 'UnrunnableVersion';
}

/** Versions never change, so each is read and compiled once in the life of a worker. */
export class VersionCache {
  private readonly compiled = new Map<number, Promise<CompiledWorkflow>>();

  constructor(private readonly configuration: Pick<ConfigurationStore, 'loadVersion'>) {}

  /** @throws UnrunnableVersion when it is unknown or has a node this release does not know */
  load(versionId: number): Promise<CompiledWorkflow> {
    let version = this.compiled.get(versionId);
    if (!version) {
      version = this.compile(versionId);
      this.compiled.set(versionId, version);
      // A failure is not kept: the database may be back, or a migration may have landed, at the next try.
      version.catch(() => this.compiled.delete(versionId));
    }
    return version;
  }

  private async compile(versionId: number): Promise<CompiledWorkflow> {
    const version = await this.configuration.loadVersion(versionId);
    if (!version) throw new UnrunnableVersion(`There is no version with id ${versionId}.`);
    const result = compileWorkflow(version.document, { isStored: true });
    if (result.ok) return result.workflow;
    const faults = result.faults.map((fault) => `${fault.pointer}: ${fault.message}`).join('; ');
    throw new UnrunnableVersion(`Version ${version.version} of "${version.workflowKey}" has faults here: ${faults}`);
  }
}
