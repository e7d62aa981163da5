import { compileWorkflow, isWebhookWorkflow, type WebhookWorkflow } from '#engine';
import type { RequestDetail } from '#storage';
import type { AdminStorage } from '../admin-storage.js';
import { ApiProblem, found } from '../http/api-problem.js';
import { diagnoseEntry, type EntryDiagnosis } from './diagnose-entry.js';

export interface RequestDiagnosis {
  requestId: string;
  workflowKey: string;
  version: number;
  /** In the order of `trigger.auth`, behind HTTPS where that is required. */
  entries: EntryDiagnosis[];
}

type Parts = Pick<AdminStorage, 'history' | 'workflows' | 'secrets' | 'configuration'>;

const HTTPS_GATE = 6;

/** Why stored requests were refused, or would be. */
export class RequestDiagnoses {
  /** @param variables names of HOOKMILL_ENV_ALLOW */
  constructor(
    private readonly storage: Parts,
    private readonly publicUrl: string,
    private readonly variables: readonly string[],
  ) {}

  /**
   * @param version of the request's workflow; undefined: the current one
   * @throws ApiProblem when the request, its workflow or the version is not there
   */
  async diagnose(id: string, version: number | undefined): Promise<RequestDiagnosis> {
    const request = found(await this.storage.history.findRequest(id), 'request', id);
    if (request.workflowKey === null) {
      throw new ApiProblem('no_workflow', 'The request reached no workflow that it could be verified against.');
    }
    const { number, workflow } = await this.load(request.workflowKey, version);
    const secrets = {
      values: await this.storage.configuration.loadSecrets(),
      records: await this.storage.secrets.list(),
      variables: this.variables,
      now: new Date(),
    };
    const asked = { request, url: this.publicUrl + request.url, secrets };
    const { auth, httpsOnly } = workflow.trigger.config;
    const entries = await Promise.all(auth.map((entry) => diagnoseEntry(entry, asked)));
    return {
      requestId: id,
      workflowKey: request.workflowKey,
      version: number,
      entries: [...(httpsOnly ? [httpsFinding(request)] : []), ...entries],
    };
  }

  private async load(key: string, version: number | undefined): Promise<{ number: number; workflow: WebhookWorkflow }> {
    const record =
      version === undefined
        ? ((await this.storage.workflows.find(key))?.version ?? null)
        : await this.storage.workflows.findVersion(key, version);
    const { number, document } = found(record, 'version of the workflow', version ?? key);
    const compiled = compileWorkflow(document, { isStored: true });
    if (compiled.ok && isWebhookWorkflow(compiled.workflow)) return { number, workflow: compiled.workflow };
    throw new ApiProblem('no_version', `Version ${number} of "${key}" answers no webhook on this release.`);
  }
}

/** Whether it came over HTTPS is not stored; what the gateway decided is. */
function httpsFinding({ gate, reason, verdict }: RequestDetail): EntryDiagnosis {
  const none = { type: 'https', provider: null, secretName: null, hints: [] };
  if (reason === 'https_required') return { ...none, verdict: 'refused', reason };
  const hasPassed = verdict !== 'refused' || (gate ?? 0) > HTTPS_GATE;
  return { ...none, verdict: hasPassed ? 'accepted' : 'not_decidable', reason: null };
}
