import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { Requires } from '../access/route-access.js';
import { PlainAnswer } from '../http/success-envelope.js';
import { ServiceMetrics } from './service-metrics.js';

@ApiTags('service')
@Controller('metrics')
/** `GET /metrics`. */
export class MetricsController {
  constructor(private readonly metrics: ServiceMetrics) {}

  @Get()
  @Requires('read')
  @PlainAnswer()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiOperation({ operationId: 'getMetrics', summary: 'Metrics for Prometheus' })
  @ApiProduces('text/plain')
  @ApiResponse({ status: 200, description: 'Success.', schema: { type: 'string' } })
  read(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
