import { Inject, Injectable, type OnModuleDestroy } from '@nestjs/common';
import { OperationsService } from '@ktrdr/orchestrator';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Prometheus metrics of the process, its operations and its HTTP requests. */
@Injectable()
export class ServiceMetrics implements OnModuleDestroy {
  readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'ktrdr_http_request_duration_seconds',
    help: 'Duration of HTTP requests, without event streams',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [this.registry],
  });
  private readonly series = new Map<string, Histogram.Internal<string>>();
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
        this.durationOf(request.method, route, reply.statusCode).observe(reply.elapsedTime / 1000);
      }
      done();
    });
  }

  /** Finding a series by its labels takes longer than measuring. There are few: methods, routes and statuses. */
  private durationOf(method: string, route: string, status: number): Histogram.Internal<string> {
    const key = `${method} ${status} ${route}`;
    let series = this.series.get(key);
    if (series === undefined) {
      series = this.requests.labels({ method, route, status });
      this.series.set(key, series);
    }
    return series;
  }

  onModuleDestroy(): void {
    this.stopListening();
  }
}
