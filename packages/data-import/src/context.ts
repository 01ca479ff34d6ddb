/** Context of an import. */
export interface ImportContext {
  /** The time now, ms since 1970-01-01 UTC. */
  now: number;
  /** After an abort, reading ends with the signal's reason. */
  signal?: AbortSignal;
  /** Called after each part of the file, with the number of bytes read so far. */
  onProgress?: (bytes: number) => void;
}
