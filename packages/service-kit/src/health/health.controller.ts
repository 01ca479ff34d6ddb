import { Controller, Get, Header, Inject, Res, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { HealthReport } from '@ktrdr/contracts';
import type { FastifyReply } from 'fastify';
import { AnswersPlain } from '../http/answers.js';

/** One thing that must work for the service to be healthy. */
export interface NamedHealthCheck {
  /** Its key in the answer's `details`. */
  name: string;
  /** @returns what is worth knowing of it. @throws where it is down; the message is for people */
  check: () => Promise<Record<string, unknown> | void>;
}

/** Injects the `NamedHealthCheck[]`. */
export const HEALTH_CHECKS = Symbol('HEALTH_CHECKS');

/** A check that takes longer is down. */
const CHECK_TIMEOUT_MS = 3000;

/** `GET /health` in terminus' own shape, which monitors know. */
@ApiTags('service')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(HEALTH_CHECKS) private readonly checks: readonly NamedHealthCheck[],
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  @ApiOperation({ operationId: 'getHealth', summary: 'Whether the service can work' })
  @AnswersPlain('HealthReport', {
    200: 'Everything works.',
    503: 'Something is down, or the service is stopping; `details` says what.',
  })
  async check(@Res({ passthrough: true }) reply: FastifyReply): Promise<HealthReport> {
    const attempts = this.checks.map(
      ({ name, check }) =>
        () =>
          this.indicators.check(name).attempt(check).withTimeout(CHECK_TIMEOUT_MS),
    );
    try {
      return (await this.health.check(attempts)) as HealthReport;
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      reply.status(error.getStatus());
      return error.getResponse() as HealthReport;
    }
  }
}
