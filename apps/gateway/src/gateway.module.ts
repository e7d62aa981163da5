import { Module, type DynamicModule } from '@nestjs/common';
import { JOB_PRODUCER, REPLY_CHANNEL, type JobProducer, type ReplyChannel } from '#queue';
import { Readiness } from '#shared';
import type { Storage } from '#storage';
import { GATEWAY_SERVICES, READINESS } from './gateway.tokens.js';
import { HealthController } from './http/health.controller.js';
import { RepliesController } from './http/replies.controller.js';
import type { Admission } from './webhook/admission.js';
import type { GatewayServices } from './webhook/gateway-services.js';
import { WebhookController } from './webhook/webhook.controller.js';

/** Milliseconds a readiness check may take. */
const PING_TIMEOUT = 2_000;

/** What is made before Nest: everything that does not come out of the queue's module. */
export interface GatewayParts {
  services: Omit<GatewayServices, 'producer' | 'replyChannel' | 'acceptor' | 'requestLog' | 'executions' | 'secrets'>;
  storage: Pick<Storage, 'acceptor' | 'requestLog' | 'executions' | 'secrets' | 'ping'>;
  admission: Admission;
}

/** The gateway as a Nest module. */
@Module({})
export class GatewayModule {
  /** @param queue the queue's module, which provides producer and reply channel */
  static register({ services, storage, admission }: GatewayParts, queue: DynamicModule): DynamicModule {
    const { acceptor, requestLog, executions, secrets } = storage;
    return {
      module: GatewayModule,
      imports: [queue],
      controllers: [HealthController, RepliesController],
      providers: [
        WebhookController,
        {
          provide: GATEWAY_SERVICES,
          inject: [JOB_PRODUCER, REPLY_CHANNEL],
          useFactory: (producer: JobProducer, replyChannel: ReplyChannel): GatewayServices => ({
            ...services,
            admission,
            acceptor,
            requestLog,
            executions,
            secrets,
            producer,
            replyChannel,
          }),
        },
        {
          provide: READINESS,
          inject: [JOB_PRODUCER],
          useFactory: (producer: JobProducer) =>
            new Readiness({
              database: () => storage.ping(PING_TIMEOUT),
              queue: () => producer.ping(PING_TIMEOUT),
            }),
        },
      ],
    };
  }
}
