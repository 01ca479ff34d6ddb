import { ConsoleLogger, type LoggerService, type LogLevel } from '@nestjs/common';
import { errorRecord, isOutage, oneLine, printableJson, redact, redactValue } from '@ktrdr/contracts';
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

/**
 * Logs readable lines on a terminal, and one JSON object per line everywhere else. A record is always one line, has no secrets, and has
 * no characters that change how a terminal shows it.
 */
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

  protected override printMessages(
    messages: unknown[],
    context = '',
    level: LogLevel = 'log',
    stream: 'stdout' | 'stderr' = 'stdout',
    stack?: unknown,
    params: Record<string, unknown> = {},
  ): void {
    for (const message of messages) {
      const told = this.resolveMessage(message);
      const isError = told instanceof Error;
      const fields = serialised({
        ...params,
        ...(stack === undefined ? {} : { stack }),
        ...(isError ? { error: told } : {}),
      });
      const text = redact(isError ? told.message : typeof told === 'string' ? told : printableJson(told));
      const line =
        this.options.json === true
          ? this.jsonLine(level, text, context, fields)
          : this.readableLine(level, text, context, fields);
      process[stream].write(`${line}\n`);
    }
  }

  /** The record has the stack. */
  protected override printStackTrace(): void {}

  private jsonLine(
    level: LogLevel,
    message: string,
    context: string,
    fields: Record<string, unknown>,
  ): string {
    const own = this.getJsonLogObject(message, { context, logLevel: level });
    // the name of a field never replaces one of the logger's own
    return printableJson({ ...own, ...fields, ...own });
  }

  private readableLine(
    level: LogLevel,
    message: string,
    context: string,
    fields: Record<string, unknown>,
  ): string {
    const place = context === '' ? '' : `[${oneLine(context)}] `;
    const more = Object.keys(fields).length === 0 ? '' : ` ${printableJson(fields)}`;
    return `${this.getTimestamp()} ${this.colorize(level.toUpperCase().padStart(7), level)} ${place}${oneLine(message)}${more}`;
  }
}

/** Fields as plain data: errors with name, code, message, stack and causes; everything without secrets. */
function serialised(fields: Record<string, unknown>): Record<string, unknown> {
  try {
    return redactValue(JSON.parse(JSON.stringify(fields, plain))) as Record<string, unknown>;
  } catch (error) {
    return { fields: `cannot be written as JSON: ${(error as Error).message}` };
  }
}

/** `this` holds the value before its own `toJSON`, which of an HTTP client's error shows the whole request with its headers. */
function plain(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const own = this[key];
  if (own instanceof Error) return errorRecord(own);
  return typeof value === 'bigint' ? String(value) : value;
}

/** The last argument of a log call is its context. Nest uses the names of its classes, and some get a `_` in the bundle. */
function comesFrom(contexts: ReadonlySet<string>, optional: unknown[]): boolean {
  const context = optional.at(-1);
  return typeof context === 'string' && contexts.has(context.replace(/^_/, ''));
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
