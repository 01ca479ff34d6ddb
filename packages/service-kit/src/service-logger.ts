import { ConsoleLogger, type LoggerService } from '@nestjs/common';
import { isOutage } from '@ktrdr/contracts';
import type { OrchestratorLogger } from '@ktrdr/orchestrator';

/** Log contexts of the framework's start-up messages, which are of no interest to users. */
const WIRING = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Log contexts of start-up errors. These are also thrown, and `runService` prints them as one line. */
const ALSO_THROWN = new Set(['NestApplication', 'ExceptionHandler']);

/** Logs readable lines on a terminal, and one JSON object per line everywhere else. */
export class ServiceLogger extends ConsoleLogger {
  constructor({ json }: { json: boolean }) {
    super({ json, prefix: 'ktrdr', flattenParams: true });
  }

  override log(message: unknown, ...optional: unknown[]): void {
    if (!comesFrom(WIRING, optional)) super.log(message, ...optional);
  }

  override error(message: unknown, ...optional: unknown[]): void {
    if (!comesFrom(ALSO_THROWN, optional)) super.error(message, ...optional);
  }
}

/** The last argument of a log call is its context. */
function comesFrom(contexts: ReadonlySet<string>, optional: unknown[]): boolean {
  const context = optional.at(-1);
  return typeof context === 'string' && contexts.has(context);
}

/** Adapts the service's logger for the orchestrator. */
export function orchestratorLogger(logger: LoggerService, context: string): OrchestratorLogger {
  return {
    info: (message, fields = {}) => logger.log(message, printed(fields), context),
    warn: (message, fields = {}) => logger.warn(message, printed(fields), context),
    error: (message, fields = {}) => logger.error(message, printed(fields), context),
  };
}

/** Logs an outage of the store or the queue as its message only: its stack is not useful. */
function printed(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, isOutage(value) ? value.message : value]),
  );
}
