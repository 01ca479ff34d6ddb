/** Exit codes. 130, 141 and 143 are 128 plus the signal's number, as in shells. */
export const EXIT = {
  completed: 0,
  failed: 1,
  /** Invalid input, or the API refused the request with a 4xx. */
  usage: 2,
  cancelled: 130,
  /** The reader of the output has closed it (SIGPIPE). */
  unread: 141,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
