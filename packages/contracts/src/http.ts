import type { ErrorBody } from './errors.js';

export interface SuccessResponse<T> {
  success: true;
  data: T;
}

export interface ErrorResponse {
  success: false;
  error: ErrorBody;
}

export type ApiResponse<T> = SuccessResponse<T> | ErrorResponse;

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
