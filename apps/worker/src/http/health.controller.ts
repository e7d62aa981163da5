import { Controller, Get, Inject, Res } from '@nestjs/common';
import { Readiness } from '#shared';

/** The part of Fastify's reply that is used here. */
interface HealthReply {
  status(code: number): HealthReply;
  send(body: unknown): void;
}

/** `/healthz`: the process lives. `/readyz`: it can do its work. */
@Controller()
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('healthz')
  health(): { status: string } {
    return { status: 'ok' };
  }

  @Get('readyz')
  async ready(@Res() reply: HealthReply): Promise<void> {
    const report = await this.readiness.report();
    reply.status(report.ready ? 200 : 503).send(report);
  }
}
