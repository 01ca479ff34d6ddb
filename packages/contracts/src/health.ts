/** Health of one part of a service, which must be up for the service to be healthy. More fields may follow. */
export interface PartHealth {
  status: 'up' | 'down';
  /** What is wrong and what to do; only if the part is down. */
  message?: string;
  [more: string]: unknown;
}

/** Response of `GET /health`, without an envelope, in the format of `@nestjs/terminus`, which monitors know. */
export interface HealthReport {
  status: 'ok' | 'error' | 'shutting_down';
  /** Parts that work. */
  info: Record<string, PartHealth>;
  /** Parts that do not work. */
  error: Record<string, PartHealth>;
  /** All parts. */
  details: Record<string, PartHealth>;
}
