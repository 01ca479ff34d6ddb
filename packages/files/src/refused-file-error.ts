/**
 * Why a file was refused. `invalid_name`: it cannot be a file of the folder; `missing`; `link`: it, or a folder on the way, is a symbolic
 * link; `not_a_file`: a folder, pipe, socket or device; `too_large`; `changed` while it was read; `unreadable`: the system refused.
 */
export type FileRefusal =
  | 'invalid_name'
  | 'missing'
  | 'link'
  | 'not_a_file'
  | 'too_large'
  | 'changed'
  | 'unreadable';

/** A file was refused. Callers convert this into an error of their own: `bars_invalid`, `model_damaged`. */
export class RefusedFileError extends Error {
  override readonly name = 'RefusedFileError';

  constructor(
    readonly refusal: FileRefusal,
    /** The file as the caller named it. */
    readonly file: string,
    /** Continues a sentence that begins with the file: `is a symbolic link: copy the file itself`. */
    readonly reason: string,
    cause?: unknown,
  ) {
    super(`${file} ${reason}`, cause === undefined ? undefined : { cause });
  }
}
