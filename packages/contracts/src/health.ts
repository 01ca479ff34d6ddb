/** Health of one part of a service. The service is healthy if all its parts are. Parts may add more fields. */
export interface PartHealth {
  status: 'up' | 'down';
  /** What is wrong and what to do next. Only present if the part is down. */
  message?: string;
  [more: string]: unknown;
}

/**
 * Response of `GET /health`, without an envelope. It has the format of `@nestjs/terminus`, which monitoring tools
 * understand.
 */
export interface HealthReport {
  status: 'ok' | 'error' | 'shutting_down';
  /** Parts that are up. Like the other fields, only for callers who may read. */
  info?: Record<string, PartHealth>;
  /** Parts that are down. */
  error?: Record<string, PartHealth>;
  /** All parts. */
  details?: Record<string, PartHealth>;
}
