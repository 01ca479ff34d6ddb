/** Whether an error comes from a call of the operating system, as `node:fs` throws it. A mistake in a call has a code, but no call. */
export function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return typeof (error as NodeJS.ErrnoException | null | undefined)?.syscall === 'string';
}
