import { Controller, Get, Header, Inject, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService } from '@nestjs/terminus';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { redactValue, type HealthReport } from '@ktrdr/contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { mayRead } from '../access/guard-access.js';
import { OpenToEveryone } from '../access/route-access.js';
import { AnswersPlain } from '../http/answers.js';

/** A check of one part that the service needs. */
export interface NamedHealthCheck {
  /** Key of the part in the `details` of the response. */
  name: string;
  /** @returns details about the part. @throws an error with a readable message if the part is down */
  check: () => Promise<Record<string, unknown> | void>;
}

/** Injection token of the `NamedHealthCheck[]`. */
export const HEALTH_CHECKS = Symbol('HEALTH_CHECKS');

/** A check that takes longer counts as down. */
const CHECK_TIMEOUT_MS = 3000;

/** `GET /health`, in the format of terminus, which monitoring tools understand. */
@ApiTags('service')
@Controller('health')
export class HealthController {
  /** The checks that run now. Requests that come meanwhile get their result, so that strangers cannot make the service check more. */
  private current: Promise<{ status: number; report: HealthReport }> | null = null;

  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    @Inject(HEALTH_CHECKS) private readonly checks: readonly NamedHealthCheck[],
  ) {}

  @Get()
  @OpenToEveryone()
  @Header('cache-control', 'no-store')
  @ApiOperation({
    operationId: 'getHealth',
    summary: 'Health of the service. The details are only for callers who may read',
  })
  @AnswersPlain('HealthReport', {
    200: 'All parts are up.',
    503: 'A part is down, or the service is stopping. `details` names the part.',
  })
  async check(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HealthReport> {
    this.current ??= this.report().finally(() => (this.current = null));
    const { status, report } = await this.current;
    void reply.status(status);
    return mayRead(request) ? report : { status: report.status };
  }

  private async report(): Promise<{ status: number; report: HealthReport }> {
    const attempts = this.checks.map(
      ({ name, check }) =>
        () =>
          this.indicators.check(name).attempt(check).withTimeout(CHECK_TIMEOUT_MS),
    );
    try {
      return { status: 200, report: redactValue(await this.health.check(attempts)) as HealthReport };
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      return { status: error.getStatus(), report: redactValue(error.getResponse()) as HealthReport };
    }
  }
}
