import { ConsoleLogger, type LoggerService } from '@nestjs/common';
import { isOutage } from '@ktrdr/contracts';
import type { OrchestratorLogger } from '@ktrdr/orchestrator';

/** What the framework says while it wires itself up; it is of interest to nobody who runs the service. */
const WIRING = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** What keeps a service from starting is thrown too, and `runService` tells it in one line. */
const THROWN_TOO = new Set(['NestApplication', 'ExceptionHandler']);

/** Lines for people on a terminal, one JSON object a line anywhere else. */
export class ServiceLogger extends ConsoleLogger {
  constructor({ json }: { json: boolean }) {
    super({ json, prefix: 'ktrdr', flattenParams: true });
  }

  override log(message: unknown, ...optional: unknown[]): void {
    if (!comesFrom(WIRING, optional)) super.log(message, ...optional);
  }

  override error(message: unknown, ...optional: unknown[]): void {
    if (!comesFrom(THROWN_TOO, optional)) super.error(message, ...optional);
  }
}

/** The last of what a line is logged with is its context. */
function comesFrom(contexts: ReadonlySet<string>, optional: unknown[]): boolean {
  const context = optional.at(-1);
  return typeof context === 'string' && contexts.has(context);
}

/** The service's logger as the orchestrator core takes it. */
export function orchestratorLogger(logger: LoggerService, context: string): OrchestratorLogger {
  return {
    info: (message, fields = {}) => logger.log(message, printed(fields), context),
    warn: (message, fields = {}) => logger.warn(message, printed(fields), context),
    error: (message, fields = {}) => logger.error(message, printed(fields), context),
  };
}

/** Replaces an outage of the store or the queue by its message: its stack is of no use. */
function printed(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isOutage(value) ? value.message : value]),
  );
}
