/** Options of every command. */
export interface ReadOptions {
  /** Only JSON on stdout. */
  json?: boolean;
  /** Only names and ids on stdout. */
  quiet?: boolean;
  /** Prints more: engines, inputs, each request. */
  verbose?: boolean;
}
