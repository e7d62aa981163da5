import type { TriggerType } from '#engine';
import type { JsonObject } from '#shared';
import type { VersionRecord, WorkflowRecord } from '#storage';
import { without } from './without.js';

/** A workflow in lists and after a change. */
export interface WorkflowView {
  key: string;
  title: string | null;
  trigger: TriggerType;
  mode: 'async' | 'sync';
  enabled: boolean;
  currentVersion: number | null;
  /** Null when no sender reaches it. */
  url: string | null;
  createdAt: Date;
  updatedAt: Date;
}

/** @param publicUrl base of the gateways, without a slash at the end */
export function workflowView(record: WorkflowRecord, publicUrl: string): WorkflowView {
  const { key, title, trigger, mode, enabled, currentVersion, createdAt, updatedAt } = record;
  const url = trigger === 'webhook' ? `${publicUrl}/api/webhooks/${key}` : null;
  return { key, title, trigger, mode, enabled, currentVersion, url, createdAt, updatedAt };
}

/** The document with the workflow's switch put in where people write it. */
export function documentView(workflow: WorkflowRecord, version: VersionRecord): JsonObject {
  const { title, description, schemaVersion } = version.document;
  return {
    key: workflow.key,
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    enabled: workflow.enabled,
    ...(schemaVersion === undefined ? {} : { schemaVersion }),
    ...without(version.document, 'key', 'title', 'description', 'schemaVersion'),
  };
}

export interface VersionView {
  number: number;
  current: boolean;
  createdAt: Date;
}

export function versionView(version: VersionRecord, currentVersion: number | null): VersionView {
  return { number: version.number, current: version.number === currentVersion, createdAt: version.createdAt };
}
