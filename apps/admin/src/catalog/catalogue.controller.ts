import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { channelTypes, nodeCatalogue, triggerCatalogue } from '#engine';
import { providerCatalogue } from '#signatures';
import { Requires } from '../auth/requires.decorator.js';
import { Answers } from '../http/answers.decorator.js';
import { Summary } from '../http/summary.decorator.js';

/** What this release offers: derived from the declarations, with their JSON Schemas. */
@ApiTags('catalogue')
@Controller('api/v1')
export class CatalogueController {
  @Get('nodes')
  @Summary('List node types')
  @Requires('viewer')
  @Answers(200, 'NodeTypes', 'node types')
  nodes() {
    return { items: nodeCatalogue(), nextCursor: null };
  }

  @Get('triggers')
  @Summary('List trigger types')
  @Requires('viewer')
  @Answers(200, 'TriggerTypes', 'trigger types')
  triggers() {
    return { items: triggerCatalogue(), nextCursor: null };
  }

  @Get('providers')
  @Summary('List signature presets')
  @Requires('viewer')
  @Answers(200, 'Catalogue', 'signature presets')
  providers() {
    return { items: providerCatalogue(), nextCursor: null };
  }

  @Get('channel-types')
  @Summary('List types of notification channels')
  @Requires('viewer')
  @Answers(200, 'Catalogue', 'types of channels')
  channelTypes() {
    return { items: channelTypes, nextCursor: null };
  }
}
