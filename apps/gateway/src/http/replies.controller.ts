import { Controller, Get, Inject, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isEnding, type Reply } from '#engine';
import { isUuid } from '#shared';
import { StorageUnavailable, type StoredReplyState } from '#storage';
import { GATEWAY_SERVICES } from '../gateway.tokens.js';
import type { GatewayServices } from '../webhook/gateway-services.js';
import { endSlowReader } from '../webhook/end-slow-reader.js';
import { Refusal } from '../webhook/refusal.js';
import { isReplyToken } from '../webhook/reply-url.js';
import { sendAnswer } from '../webhook/send-answer.js';
import { webhookRequest } from '../webhook/webhook-request.js';

/** Replies of executions whose sender was told to come back (contract.md 6, `onTimeout: accept`). */
@Controller('api/replies')
export class RepliesController {
  constructor(@Inject(GATEWAY_SERVICES) private readonly services: GatewayServices) {}

  @Get(':id')
  async find(
    @Param('id') id: string,
    @Query('token') token: unknown,
    @Req() { raw }: FastifyRequest,
    @Res() fastifyReply: FastifyReply,
  ): Promise<void> {
    const { config } = this.services;
    if (!isUuid(id)) throw new Refusal('unknown_reply');
    if (!isReplyToken(config.replyKey, id, token, new Date())) throw new Refusal('reply_forbidden');
    const reply = this.replyOf(id, await this.load(id));
    fastifyReply.hijack();
    const request = webhookRequest(raw, fastifyReply.raw, config.trustedProxies);
    sendAnswer(request, reply, { 'x-execution-id': id, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
    endSlowReader(fastifyReply.raw, config.requestTimeouts.answer);
  }

  private async load(id: string): Promise<StoredReplyState | null> {
    try {
      return await this.services.executions.findReply(id);
    } catch (error) {
      if (error instanceof StorageUnavailable) throw new Refusal('storage_unavailable');
      throw error;
    }
  }

  private replyOf(executionId: string, state: StoredReplyState | null): Reply {
    if (!state) throw new Refusal('unknown_reply');
    if (state.reply) return state.reply;
    if (isEnding(state.status)) throw new Refusal('no_reply');
    const headers = { 'content-type': 'application/json', 'retry-after': '1' };
    return { status: 202, headers, body: JSON.stringify({ executionId, status: state.status }) };
  }
}
