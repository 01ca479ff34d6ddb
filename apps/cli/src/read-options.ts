/** Options of every command. */
export interface ReadOptions {
  /** Only JSON on stdout. */
  json?: boolean;
  /** Prints more: engines, all warnings, each request. */
  verbose?: boolean;
}
