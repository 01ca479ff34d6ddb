/** One file to import: a file on disk, or one of an archive. */
export interface PackedFile {
  /** Base name, without the ending of a packed file: `AAPL_1h.csv`. */
  name: string;
  /** For display, if it is not CSV: `Parquet`. Its table is text with commas then. */
  format?: string;
  /** Symbol that the file names beside its table. Known when its bytes have been read. */
  readonly symbol?: string | undefined;
  /** Of its JSON, known with its first row. */
  readonly notes?: readonly string[];
  /** Its unpacked bytes, from the beginning. A chunk is valid until the next one is requested. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Its unpacked size, as the archive says. May be wrong. */
  unpackedBytes: number;
  /** Packed bytes of the file, or of the archive up to here, that the last `chunks` has read. */
  bytesRead(): number;
}
