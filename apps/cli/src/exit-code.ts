/** What the shell learns. 130, 141 and 143 are 128 plus the signal's number, as shells have it. */
export const EXIT = {
  completed: 0,
  failed: 1,
  /** Something typed is wrong, or the API refused the request with a 4xx. */
  usage: 2,
  cancelled: 130,
  /** Who read the output has gone (SIGPIPE). */
  unread: 141,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
