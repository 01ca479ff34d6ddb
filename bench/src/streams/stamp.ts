/** A report of a domain function: its number, and when it was made (ms by the machine's clock that only goes forward). */
export interface Stamp {
  number: number;
  at: number;
}

const PATTERN = /"current_item":"#(\d+) at ([\d.]+)"/;

/** The same clock in every process of this machine. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

export function stampNow(number: number): string {
  return `#${number} at ${nowMs().toFixed(3)}`;
}

/** The stamp in the text of an operation, or `null` where it has none yet. */
export function stampIn(text: string): Stamp | null {
  const found = PATTERN.exec(text);
  return found === null ? null : { number: Number(found[1]), at: Number(found[2]) };
}
