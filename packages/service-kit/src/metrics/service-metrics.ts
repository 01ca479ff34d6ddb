import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { OperationsService } from '@ktrdr/orchestrator';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Counter, Gauge, Registry, collectDefaultMetrics } from 'prom-client';
import { RequestDurations } from './request-durations.js';

/** Prometheus metrics of the process, its operations and its HTTP requests. */
@Injectable()
export class ServiceMetrics implements OnModuleDestroy {
  readonly registry = new Registry();
  private readonly requests = new RequestDurations(this.registry);
  private readonly stopListening: () => void;

  constructor(@Inject(OperationsService) operations: OperationsService) {
    collectDefaultMetrics({ register: this.registry });
    const reached = new Counter({
      name: 'ktrdr_operations_total',
      help: 'Operations that reached a status',
      labelNames: ['type', 'status'],
      registers: [this.registry],
    });
    new Gauge({
      name: 'ktrdr_operations_active',
      help: 'Operations running in this process',
      registers: [this.registry],
      collect() {
        this.set(operations.activeCount());
      },
    });
    this.stopListening = operations.onStatus(({ operation_type, status }) =>
      reached.inc({ type: operation_type, status }),
    );
  }

  /** Measures every response of `app`. */
  observe(app: NestFastifyApplication): void {
    const fastify = app.getHttpAdapter().getInstance();
    fastify.addHook('onResponse', (request, reply, done) => {
      const isStream = String(reply.getHeader('content-type')).startsWith('text/event-stream');
      if (!isStream) {
        const route = request.routeOptions.url ?? 'unknown';
        const labels = { method: request.method, route, status: reply.statusCode };
        this.requests.observe(labels, reply.elapsedTime / 1000);
      }
      done();
    });
  }

  onModuleDestroy(): void {
    this.stopListening();
  }
}
