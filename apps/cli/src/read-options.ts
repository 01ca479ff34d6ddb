/** Options of every command. */
export interface ReadOptions {
  /** Only JSON on stdout. */
  json?: boolean;
  /** Prints more: engines, inputs, each request. */
  verbose?: boolean;
}
