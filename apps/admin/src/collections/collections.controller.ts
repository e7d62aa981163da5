import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Query, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { CollectionDefinition } from '#storage';
import { ADMIN_STORAGE } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { PageQuery } from '../http/page-query.dto.js';
import { Summary } from '../http/summary.decorator.js';
import { collectionBody } from './collection-body.js';

@ApiTags('collections')
@Controller('api/v1/collections')
export class CollectionsController {
  constructor(@Inject(ADMIN_STORAGE) private readonly storage: AdminStorage) {}

  @Get()
  @Summary('List collections')
  @Requires('viewer')
  @Answers(200, 'Collections', 'by name')
  @Refuses([400, 'a query parameter is not valid'])
  async list(@Query() { limit, cursor }: PageQuery) {
    const page = await this.storage.collections.list(limit, cursor ?? null);
    return { items: page.items.map(collectionView), nextCursor: page.nextCursor };
  }

  @Get(':name')
  @Summary('Read the fields of a collection')
  @Requires('viewer')
  @Answers(200, 'Collection', 'title and fields, with their defaults filled in')
  @Refuses([404, 'unknown'])
  async read(@Param('name') name: string) {
    return collectionView(found(await this.storage.collections.find(name), 'collection', name));
  }

  @Put(':name')
  @Summary('Create a collection, or change its fields')
  @Requires('editor')
  @ApiBody({ required: true, schema: { $ref: '#/components/schemas/CollectionBody' } })
  @Answers(200, 'Collection', 'changed, or the same as before')
  @Answers(201, 'Collection', 'created')
  @Refuses([400, 'the definition has faults, or a change that could lose values'])
  async put(@Param('name') name: string, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const result = await this.storage.collections.put(name, collectionBody(body));
    if (result.kind === 'invalid') {
      const detail = result.faults.map(({ message }) => message).join(' ');
      throw new ApiProblem('invalid_collection', detail, result.faults);
    }
    void reply.status(result.kind === 'created' ? 201 : 200);
    return collectionView(result.collection);
  }

  @Delete(':name')
  @Summary('Delete a collection with its records')
  @HttpCode(204)
  @Requires('editor')
  @Answers(204, null, 'deleted, the records with it')
  @Refuses([404, 'unknown'])
  async delete(@Param('name') name: string): Promise<void> {
    if (!(await this.storage.collections.delete(name))) throw notFound('collection', name);
  }
}

function collectionView({ name, title, fields, createdAt, updatedAt }: CollectionDefinition): CollectionDefinition {
  return { name, title, fields, createdAt, updatedAt };
}
