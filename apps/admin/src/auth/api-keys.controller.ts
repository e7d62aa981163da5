import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { isUuid } from '#shared';
import type { ApiKeyRecord } from '#storage';
import { ADMIN_STORAGE } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { notFound } from '../http/api-problem.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { Summary } from '../http/summary.decorator.js';
import { CreateApiKey } from './create-api-key.dto.js';
import { makeApiKey } from './key-ring.js';
import { Requires } from './requires.decorator.js';

@ApiTags('api keys')
@Controller('api/v1/api-keys')
export class ApiKeysController {
  constructor(@Inject(ADMIN_STORAGE) private readonly storage: AdminStorage) {}

  @Get()
  @Summary('List API keys')
  @Requires('admin')
  @Answers(200, 'ApiKeys', 'all keys, without the keys themselves')
  async list() {
    return { items: (await this.storage.apiKeys.list()).map(keyView), nextCursor: null };
  }

  @Post()
  @Summary('Create an API key')
  @Requires('admin')
  @Answers(201, 'NewApiKey', 'the key, shown this once')
  @Refuses([400, 'no name, or an unknown role'])
  async create(@Body() { name, role }: CreateApiKey) {
    const key = makeApiKey();
    const record = await this.storage.apiKeys.create({ name, role, key });
    return { id: record.id, key, name: record.name, role: record.role };
  }

  @Delete(':id')
  @Summary('Delete an API key')
  @HttpCode(204)
  @Requires('admin')
  @Answers(204, null, 'the key is refused from now on')
  @Refuses([404, 'unknown'])
  async delete(@Param('id') id: string): Promise<void> {
    if (!isUuid(id) || !(await this.storage.apiKeys.delete(id))) throw notFound('API key', id);
  }
}

/** Named fields only: no hash may ever slip out. */
function keyView({ id, name, role, prefix, createdAt, lastUsedAt }: ApiKeyRecord): ApiKeyRecord {
  return { id, name, role, prefix, createdAt, lastUsedAt };
}
