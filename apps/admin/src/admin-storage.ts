import type { Storage } from '#storage';

/** The part of storage that the management API uses. */
export type AdminStorage = Pick<
  Storage,
  | 'workflows'
  | 'history'
  | 'secrets'
  | 'apiKeys'
  | 'channels'
  | 'notifications'
  | 'configuration'
  | 'executions'
  | 'replays'
  | 'triggers'
  | 'nodeTests'
  | 'tasks'
  | 'collections'
  | 'ping'
>;
