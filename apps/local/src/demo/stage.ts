import type { Json } from '#shared';
import type { Outside } from './outside.js';

/** Where a scene plays. */
export interface Stage {
  gatewayUrl: string;
  /** Reads from the management API; null when the answer is 404. */
  read: (path: string) => Promise<Record<string, Json> | null>;
  /** Sends to the management API. @throws Error when it refuses */
  send: (method: 'POST' | 'PUT', path: string, body: Json) => Promise<void>;
  /** What the workflows reach. */
  outside: Pick<Outside, 'take'>;
  print: (line: string) => void;
  /** Execution ids by the title of the scene that made them. */
  executions: Map<string, string>;
}
