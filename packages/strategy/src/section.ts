import type { z } from 'zod';

import type { StrategyDocument } from './document.js';
import type { IssueList, Path } from './issues.js';
import { didYouMean } from './suggest.js';
import { describe } from './schema.js';

/** The file as data with positions, and the list of its problems. Every part of the loader uses it. */
export class Reader {
  constructor(
    readonly document: StrategyDocument,
    readonly issues: IssueList,
  ) {}

  error(path: Path, message: string): void {
    this.issues.error(this.document.place(path), path, message);
  }

  warn(path: Path, message: string): void {
    this.issues.warn(this.document.place(path), path, message);
  }

  /** A name as written: a symbol `TRUE` or `0700` is a string, also without quotes. For lists, call it per entry. */
  written(path: Path): unknown {
    const value = this.document.get(path);
    if (Array.isArray(value)) return value.map((_, index) => this.written([...path, index]));
    return typeof value === 'number' || typeof value === 'boolean' ? this.document.sourceText(path) : value;
  }

  /**
   * The map at a path; `null`, with an error, for any other value. A missing map is an error only if `required` is
   * given, which says what to write.
   */
  map(path: Path, required?: string): Record<string, unknown> | null {
    const value = this.document.get(path);
    if (value === undefined) {
      if (required !== undefined) this.error(path, `is missing; ${this.inside(path) ?? required}`);
      return null;
    }
    if (isRecord(value)) return value;
    this.error(path, `is ${describe(value)}; must be a map`);
    return null;
  }

  /** Where a missing section is, if too many spaces put it inside another one. `null` if it is nowhere. */
  inside([section, ...rest]: Path): string | null {
    if (section === undefined || rest.length > 0 || !isRecord(this.document.root)) return null;
    const outer = Object.keys(this.document.root).find(
      (name) =>
        this.document.get([name, section]) !== undefined &&
        // older files have settings of the training there
        !(name === 'model' && section === 'training'),
    );
    if (outer === undefined) return null;
    const { line } = this.document.keyPlace([outer, section]);
    return `line ${line} has it inside ${outer}: remove the spaces before ${section}`;
  }

  /**
   * Parses values with a schema. `where` gives the position of a key; by default, all keys are in the map at `path`.
   * Every problem becomes an issue; returns `null` if there are any.
   */
  parse<T>(
    schema: z.ZodType<T>,
    value: unknown,
    path: Path,
    where: (key: string | number) => Path = (key) => [...path, key],
  ): T | null {
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const [first, ...rest] = issue.path as (string | number)[];
      this.error(first === undefined ? path : [...where(first), ...rest], issue.message);
    }
    return null;
  }

  /** Returns false, with an error, if there are too many. */
  atMost(path: Path, count: number, max: number, what: string): boolean {
    if (count > max) this.error(path, `has ${count} ${what}; at most ${max} are allowed`);
    return count <= max;
  }

  /** Warns of every unknown key. Unknown keys stay in the file that is stored with a model. */
  warnUnknown(path: Path, known: Iterable<string>, what = 'key'): void {
    const value = this.document.get(path);
    if (!isRecord(value)) return;
    const names = new Set(known);
    for (const key of Object.keys(value)) {
      if (names.has(key)) continue;
      const free = [...names].filter((name) => !Object.hasOwn(value, name));
      const keyPath = [...path, key];
      const message = `unknown ${what}, has no effect${didYouMean(key, free)}`;
      this.issues.warn(this.document.keyPlace(keyPath), keyPath, message);
    }
  }
}

/** True for a map, false for a list, a scalar or nothing. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
