import { METHODS } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import { GATEWAY_SERVICES } from '../gateway.tokens.js';
import type { GatewayServices } from './gateway-services.js';
import { handleWebhook } from './handle-webhook.js';

const URLS = ['/api/webhooks/*', '/api/webhook::trigger/*', '/api/webhook%3Atrigger/*'];

/**
 * The routes of the webhook path, on the Fastify instance itself: Nest's router was measured to cost 30 microseconds a
 * request. The request is taken over in `onRequest`, before Fastify looks at content type or body, so that the body
 * stays an unread stream until its gate and any content type gets that far.
 */
@Injectable()
export class WebhookController implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(GATEWAY_SERVICES) private readonly services: GatewayServices,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    const methods = METHODS.filter((method) => method !== 'CONNECT');
    for (const method of methods) {
      if (!fastify.supportedMethods.includes(method)) fastify.addHttpMethod(method);
    }
    for (const url of URLS) {
      fastify.route({
        method: methods as HTTPMethods[],
        url,
        exposeHeadRoute: false,
        onRequest: (request, reply) => this.takeOver(request, reply),
        handler: () => undefined,
      });
    }
  }

  private takeOver(request: FastifyRequest, reply: FastifyReply): void {
    reply.hijack();
    void handleWebhook(request.raw, reply.raw, this.services);
  }
}
