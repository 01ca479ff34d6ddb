/**
 * Where the engine writes its log. An app passes its own logger. It writes errors in `fields` with stack and cause, but only the
 * message of an outage.
 */
export interface OrchestratorLogger {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** The same logger with `fixed` added to the fields of every line. */
export function withFields(logger: OrchestratorLogger, fixed: Record<string, unknown>): OrchestratorLogger {
  return {
    info: (message, fields) => logger.info(message, { ...fixed, ...fields }),
    warn: (message, fields) => logger.warn(message, { ...fixed, ...fields }),
    error: (message, fields) => logger.error(message, { ...fixed, ...fields }),
  };
}
