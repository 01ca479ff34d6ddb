import type { ErrorBody } from './errors.js';

/** Envelope of a successful response. */
export interface SuccessResponse<T> {
  success: true;
  data: T;
}

/** Envelope of a failed response. */
export interface ErrorResponse {
  success: false;
  error: ErrorBody;
}

/** Body of every JSON response, except of `GET /health`. */
export type ApiResponse<T> = SuccessResponse<T> | ErrorResponse;

/** True if a parsed body is an `ErrorResponse`. */
export function isErrorResponse(value: unknown): value is ErrorResponse {
  if (typeof value !== 'object' || value === null) return false;
  const { success, error } = value as { success?: unknown; error?: unknown };
  return (
    success === false &&
    typeof error === 'object' &&
    error !== null &&
    typeof (error as ErrorBody).code === 'string' &&
    typeof (error as ErrorBody).message === 'string'
  );
}
