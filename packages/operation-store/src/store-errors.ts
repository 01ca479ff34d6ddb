import { KtrdrError } from '@ktrdr/contracts';

/** Passes what `explain` has no words for on as it is. */
export function asStoreError(error: unknown, explain: (error: unknown) => string | null): unknown {
  if (error instanceof KtrdrError) return error;
  const message = explain(error);
  return message === null ? error : storeUnavailable(message, error);
}

export function storeUnavailable(message: string, cause?: unknown): KtrdrError {
  return new KtrdrError('store_unavailable', message, { cause });
}

/** `code` of what Node, SQLite or PostgreSQL threw; empty where it has none. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** `message` of it; empty where it has none. */
export function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === 'string' ? message : '';
}
