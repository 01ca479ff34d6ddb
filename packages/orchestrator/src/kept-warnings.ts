import { hash } from 'node:crypto';
import {
  leftOutCount,
  leftOutNote,
  MOST_WARNING_LENGTH,
  MOST_WARNINGS,
  redact,
  truncate,
} from '@ktrdr/contracts';

/** Warnings beyond the kept ones are counted once each, as long as there are not more than this. */
const MOST_COUNTED = 20_000;

/**
 * The warnings of one attempt, without duplicates: the first hundred, and how many more there were. A warning that changes all the time
 * does not grow the operation's record.
 */
export class KeptWarnings {
  private readonly kept: string[] = [];
  /** Hashes: a text would keep the whole message alive that it was part of. */
  private readonly leftOut = new Set<string>();
  /** Left out by the sender of the warnings, or by the previous owner of the attempt. */
  private leftOutBefore = 0;

  constructor(stored: readonly string[]) {
    for (const warning of stored) this.add(warning);
  }

  /** @returns whether the list has changed */
  add(text: string): boolean {
    const count = leftOutCount(text);
    if (count !== null) {
      if (count <= this.leftOutBefore) return false;
      this.leftOutBefore = count;
      return true;
    }
    const warning = truncate(redact(text.slice(0, 4 * MOST_WARNING_LENGTH)), MOST_WARNING_LENGTH);
    if (this.kept.includes(warning)) return false;
    if (this.kept.length < MOST_WARNINGS) {
      this.kept.push(warning);
      return true;
    }
    if (this.leftOut.size >= MOST_COUNTED) return false;
    const { size } = this.leftOut;
    return this.leftOut.add(hash('sha1', warning)).size > size;
  }

  list(): string[] {
    const more = this.leftOut.size + this.leftOutBefore;
    return more === 0 ? [...this.kept] : [...this.kept, leftOutNote(more)];
  }
}
