/** Number and time of a report of a domain function (ms, monotonic clock). */
export interface Stamp {
  number: number;
  at: number;
}

const PATTERN = /"current_item":"#(\d+) at ([\d.]+)"/;

/** The machine's monotonic clock, the same in every process, ms. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function stampNow(number: number): string {
  return `#${number} at ${nowMs().toFixed(3)}`;
}

/** The stamp in an operation's JSON, or `null` if there is none yet. */
export function stampIn(text: string): Stamp | null {
  const found = PATTERN.exec(text);
  return found === null ? null : { number: Number(found[1]), at: Number(found[2]) };
}
