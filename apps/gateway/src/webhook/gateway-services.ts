import type { JobProducer, ReplyChannel } from '#queue';
import type { Logger } from '#shared';
import type { ExecutionStore, RequestAcceptor, RequestLog, SecretStore } from '#storage';
import type { GatewayConfig } from '../gateway.config.js';
import type { RequestLimits } from '../limits/request-limits.js';
import type { Admission } from './admission.js';
import type { BodyBudget } from './body-budget.js';
import type { KeyFetcher } from './key-fetcher.js';
import type { Waiters } from './waiters.js';
import type { WorkflowDirectory } from './workflow-directory.js';

/** What the webhook path works with. */
export interface GatewayServices {
  config: Pick<
    GatewayConfig,
    'headerLimits' | 'requestTimeouts' | 'bodyLimitMax' | 'parseLimits' | 'replyPollMs' | 'replyKey' | 'trustedProxies'
  >;
  /** Base of reply URLs; known once the port is. */
  publicUrl(): string;
  directory: Pick<WorkflowDirectory, 'find' | 'findKey' | 'version' | 'env'>;
  admission: Pick<Admission, 'isDraining' | 'isOverloaded'>;
  limits: RequestLimits;
  waiters: Waiters;
  /** Bodies that nobody has vouched for yet. */
  bodies: BodyBudget;
  keys: Pick<KeyFetcher, 'fetchKey' | 'confirm'>;
  secrets: Pick<SecretStore, 'putIfAbsent'>;
  acceptor: Pick<RequestAcceptor, 'accept'>;
  requestLog: Pick<RequestLog, 'write' | 'count'>;
  executions: Pick<ExecutionStore, 'findReply' | 'loadRunnable'>;
  producer: Pick<JobProducer, 'enqueue'>;
  replyChannel: Pick<ReplyChannel, 'instance' | 'listen'>;
  logger: Pick<Logger, 'info' | 'warn' | 'error'>;
}
