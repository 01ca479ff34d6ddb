import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { PlainAnswer } from '../http/success-envelope.js';
import { ServiceMetrics } from './service-metrics.js';

@ApiTags('service')
@Controller('metrics')
export class MetricsController {
  constructor(private readonly metrics: ServiceMetrics) {}

  @Get()
  @PlainAnswer()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiOperation({ summary: 'Figures for Prometheus' })
  read(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
