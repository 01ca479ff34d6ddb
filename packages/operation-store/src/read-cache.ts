/** Largest number of results that are kept. */
const MOST = 200;

/**
 * Keeps the results of frequent reads until something is written, by this process or by another one. The same state is then the same
 * object, so readers can keep what they derive from it. Results are frozen: nobody can change what others read.
 */
export class ReadCache {
  private readonly results = new Map<string, object>();
  /** The database's version when the results were read. */
  private version: number | null = null;
  private writes = 0;

  /** @param versionOf see `SqlDatabase.version`; `null`: nothing is kept */
  constructor(private readonly versionOf: (() => number) | null) {}

  /** The kept result for `key`, or `undefined`. */
  known<T extends object>(key: string): T | undefined {
    if (this.versionOf === null) return undefined;
    const version = this.versionOf();
    if (version !== this.version) this.clear();
    this.version = version;
    return this.results.get(key) as T | undefined;
  }

  /** The kept result for `key`, or a new one. `null` is not kept. */
  async read<T extends object>(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const known = this.known<T>(key);
    if (known !== undefined || this.versionOf === null) return known ?? load();
    const { writes } = this;
    const result = await load();
    // a write since the start of the read may have made the result old
    if (result !== null && writes === this.writes) this.keep(key, result);
    return result;
  }

  /** This process has written to the database. */
  clear(): void {
    this.writes += 1;
    this.results.clear();
  }

  private keep(key: string, result: object): void {
    if (this.results.size === MOST) this.results.clear();
    this.results.set(key, frozen(result));
  }
}

function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) frozen(inner as object);
  return Object.freeze(value);
}
