/** One thing that must work for a service to be healthy; what else is worth knowing of it stands beside its status. */
export interface PartHealth {
  status: 'up' | 'down';
  /** What is wrong and what to do; only where it is down. */
  message?: string;
  [more: string]: unknown;
}

/** Answer of `GET /health`, without an envelope: the shape that `@nestjs/terminus` gives and monitors know. */
export interface HealthReport {
  status: 'ok' | 'error' | 'shutting_down';
  /** Parts that work. */
  info: Record<string, PartHealth>;
  /** Parts that do not work. */
  error: Record<string, PartHealth>;
  /** All parts. */
  details: Record<string, PartHealth>;
}
