/** What the shared stream tells a tab. Times are ms since 1970. */
export type StreamMessage =
  /** The API has sent something, for example a heartbeat. */
  | { kind: 'heard'; at: number }
  /** @see StreamListener.received */
  | { kind: 'received'; at: number; type: string; data: string }
  /** @see StreamListener.lost */
  | { kind: 'lost'; heardAt: number | null };

/** A tab sends this when it stops reading the shared stream. */
export const LEAVE = 'leave';
