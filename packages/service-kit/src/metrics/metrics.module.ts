import { Module } from '@nestjs/common';
import { MetricsController } from './metrics.controller.js';
import { ServiceMetrics } from './service-metrics.js';

/** Provides `GET /metrics` and the metrics themselves. */
@Module({ controllers: [MetricsController], providers: [ServiceMetrics], exports: [ServiceMetrics] })
export class MetricsModule {}
