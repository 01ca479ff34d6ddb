import { KtrdrError } from '@ktrdr/contracts';

/** Converts an error that `explain` knows into `store_unavailable`. Returns other errors unchanged. */
export function asStoreError(error: unknown, explain: (error: unknown) => string | null): unknown {
  if (error instanceof KtrdrError) return error;
  const message = explain(error);
  return message === null ? error : storeUnavailable(message, error);
}

/** A `store_unavailable` error. */
export function storeUnavailable(message: string, cause?: unknown): KtrdrError {
  return new KtrdrError('store_unavailable', message, { cause });
}

/** `code` of an error from Node, SQLite or PostgreSQL; empty if it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** `message` of an error; empty if it has none. */
export function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : '';
}
