import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ADMIN_STORAGE } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import { channelView } from './channel-view.js';
import { readChannelBody } from './read-channel-body.js';

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Where notification nodes send to. No answer ever holds a credential. */
@ApiTags('channels')
@Controller('api/v1/channels')
export class ChannelsController {
  constructor(@Inject(ADMIN_STORAGE) private readonly storage: AdminStorage) {}

  @Get()
  @Summary('List notification channels')
  @Requires('viewer')
  @Answers(200, 'Channels', 'by name, credentials masked')
  async list() {
    return { items: (await this.storage.channels.list()).map(channelView), nextCursor: null };
  }

  @Get(':name')
  @Summary('Read a notification channel')
  @Requires('viewer')
  @Answers(200, 'Channel', 'credentials masked')
  @Refuses([404, 'unknown'])
  async read(@Param('name') name: string) {
    return channelView(found(await this.storage.channels.find(name), 'channel', name));
  }

  @Put(':name')
  @Summary('Store a notification channel')
  @Requires('editor')
  @ApiBody({ required: true, schema: { $ref: '#/components/schemas/ChannelDocument' } })
  @Answers(200, 'Channel', 'replaced; a credential sent as it was shown (***) is kept')
  @Answers(201, 'Channel', 'created')
  @Refuses([400, 'an illegal name, or the channel has faults'])
  async put(@Param('name') name: string, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    if (!NAME.test(name)) {
      const message = 'A channel is named with up to 63 small letters, digits and -, not starting with -.';
      throw new ApiProblem('invalid_request', message);
    }
    const document = readChannelBody(name, body, await this.storage.channels.find(name));
    const { channel, created } = await this.storage.channels.put({ name, ...document });
    void reply.status(created ? 201 : 200);
    return channelView(channel);
  }

  @Delete(':name')
  @Summary('Delete a notification channel')
  @HttpCode(204)
  @Requires('editor')
  @Answers(204, null, 'deleted; nodes that send over it fail from now on')
  @Refuses([404, 'unknown'])
  async delete(@Param('name') name: string): Promise<void> {
    if (!(await this.storage.channels.delete(name))) throw notFound('channel', name);
  }
}
