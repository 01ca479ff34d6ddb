import { ConsoleLogger, type LoggerService } from '@nestjs/common';
import type { OrchestratorLogger } from '@ktrdr/orchestrator';

/** What the framework says while it wires itself up; it is of interest to nobody who runs the service. */
const WIRING = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/** Lines for people on a terminal, one JSON object a line anywhere else. */
export class ServiceLogger extends ConsoleLogger {
  constructor({ json }: { json: boolean }) {
    super({ json, prefix: 'ktrdr', flattenParams: true });
  }

  override log(message: unknown, ...optional: unknown[]): void {
    const context = optional.at(-1);
    if (typeof context === 'string' && WIRING.has(context)) return;
    super.log(message, ...optional);
  }
}

/** The service's logger as the orchestrator core takes it. */
export function orchestratorLogger(logger: LoggerService, context: string): OrchestratorLogger {
  return {
    info: (message, fields = {}) => logger.log(message, fields, context),
    warn: (message, fields = {}) => logger.warn(message, fields, context),
    error: (message, fields = {}) => logger.error(message, fields, context),
  };
}
