import { InitialSchema1795305600000 } from './1795305600000-initial-schema.js';
import { NodeTests1795496400000 } from './1795496400000-node-tests.js';
import { Replays1795503600000 } from './1795503600000-replays.js';
import { RequestLog1795500000000 } from './1795500000000-request-log.js';
import { NestedExecutions1795478400000 } from './1795478400000-nested-executions.js';
import { Collections1795482000000 } from './1795482000000-collections.js';
import { Channels1795485600000 } from './1795485600000-channels.js';
import { Tasks1795489200000 } from './1795489200000-tasks.js';
import { Triggers1795492800000 } from './1795492800000-triggers.js';
import { DurableExecution1795392000000 } from './1795392000000-durable-execution.js';

/** Every migration, oldest first. A new one is a file and a line here; a released one never changes. */
export const MIGRATIONS = [
  InitialSchema1795305600000,
  DurableExecution1795392000000,
  NestedExecutions1795478400000,
  Collections1795482000000,
  Channels1795485600000,
  Tasks1795489200000,
  Triggers1795492800000,
  NodeTests1795496400000,
  RequestLog1795500000000,
  Replays1795503600000,
];
