/** What the shared stream tells a tab. Times are ms since 1970. */
export type StreamMessage =
  /** The API has sent something, perhaps nothing but a heartbeat. */
  | { kind: 'heard'; at: number }
  /** @see StreamListener.received */
  | { kind: 'received'; at: number; type: string; data: string }
  /** @see StreamListener.lost */
  | { kind: 'lost'; heardAt: number | null };

/** What a tab tells the shared stream: it reads no longer. */
export const LEAVE = 'leave';
