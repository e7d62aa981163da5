import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { SecretRecord } from '#storage';
import { ADMIN_STORAGE } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { ApiProblem, found, notFound } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import { PutSecret } from './put-secret.dto.js';

/** What can stand in `{{$env.NAME}}`, as environment variables are named. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Write-only: no answer ever holds a value. */
@ApiTags('secrets')
@Controller('api/v1/secrets')
export class SecretsController {
  constructor(@Inject(ADMIN_STORAGE) private readonly storage: AdminStorage) {}

  @Get()
  @Summary("List the secrets' names")
  @Requires('viewer')
  @Answers(200, 'Secrets', 'names and times, never values')
  async list() {
    return { items: (await this.storage.secrets.list()).map(secretView), nextCursor: null };
  }

  @Get(':name')
  @Summary('Tell when a secret is in force')
  @Requires('viewer')
  @Answers(200, 'Secret', 'name and times, never the value')
  @Refuses([404, 'unknown'])
  async read(@Param('name') name: string) {
    return secretView(found(await this.storage.secrets.find(name), 'secret', name));
  }

  @Put(':name')
  @Summary('Store a secret')
  @Requires('editor')
  @Answers(200, 'Secret', 'replaced')
  @Answers(201, 'Secret', 'created')
  @Refuses([400, 'an illegal name, or notAfter is not after notBefore'])
  async put(@Param('name') name: string, @Body() body: PutSecret, @Res({ passthrough: true }) reply: FastifyReply) {
    if (!NAME.test(name)) {
      const message = 'A secret is named with up to 128 letters, digits and _, not starting with a digit.';
      throw new ApiProblem('invalid_request', message);
    }
    const { value, notBefore = null, notAfter = null } = body;
    if (notBefore && notAfter && notAfter <= notBefore) {
      throw new ApiProblem('invalid_request', 'notAfter must be later than notBefore.');
    }
    const known = await this.storage.secrets.find(name);
    const record = await this.storage.secrets.put({ name, value, notBefore, notAfter });
    void reply.status(known ? 200 : 201);
    return secretView(record);
  }

  @Delete(':name')
  @Summary('Delete a secret')
  @HttpCode(204)
  @Requires('editor')
  @Answers(204, null, 'deleted')
  @Refuses([404, 'unknown'])
  async delete(@Param('name') name: string): Promise<void> {
    if (!(await this.storage.secrets.delete(name))) throw notFound('secret', name);
  }
}

/** Named fields only, so that nothing storage may add later slips out. */
function secretView({ name, createdAt, updatedAt, notBefore, notAfter }: SecretRecord): SecretRecord {
  return { name, createdAt, updatedAt, notBefore, notAfter };
}
