import type { ErrorBody, ErrorCode } from '@ktrdr/contracts';

/** An error that the API answered, or `api_unreachable` if it did not answer. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ErrorCode;
  /** HTTP status; `null` without an answer. */
  readonly status: number | null;
  readonly details: unknown;

  constructor({ code, message, details }: ErrorBody, status: number | null, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** @param cause what the browser says about the failed request */
export function unreachable(cause: unknown): ApiError {
  const message = 'The API does not answer. Start it with npm start, or check the network.';
  return new ApiError({ code: 'api_unreachable', message }, null, cause);
}
