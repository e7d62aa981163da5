import { ApiOperation } from '@nestjs/swagger';

/** What a route does, in one line, as lists of operations show it: an imperative without a full stop. */
export function Summary(summary: string): MethodDecorator {
  return ApiOperation({ summary });
}
