import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { nodeCatalogue, triggerCatalogue } from '#engine';
import { providerCatalogue } from '#signatures';
import { Requires } from '../auth/requires.decorator.js';
import { Answers } from '../http/answers.decorator.js';

/** What this release offers: derived from the declarations, with their JSON Schemas. */
@ApiTags('catalogue')
@Controller('api/v1')
export class CatalogueController {
  @Get('nodes')
  @Requires('viewer')
  @Answers(200, 'Catalogue', 'node types')
  nodes() {
    return { items: nodeCatalogue(), nextCursor: null };
  }

  @Get('triggers')
  @Requires('viewer')
  @Answers(200, 'Catalogue', 'trigger types')
  triggers() {
    return { items: triggerCatalogue(), nextCursor: null };
  }

  @Get('providers')
  @Requires('viewer')
  @Answers(200, 'Catalogue', 'signature presets')
  providers() {
    return { items: providerCatalogue(), nextCursor: null };
  }
}
