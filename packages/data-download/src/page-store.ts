import type { BarsOrigin, Clock, ConflictChoice, StoredBars, Timeframe } from '@ktrdr/contracts';
import { storeBars } from '@ktrdr/market-data';
import type { BarColumns } from '@ktrdr/market-data';
import { PendingBars } from './pending-bars.js';

/** Pages are stored this often, ms: each time the whole file is written. A crash loses no more. */
const STORE_EVERY_MS = 30_000;

export interface PageStoreOptions {
  dataDir: string;
  symbol: string;
  timeframe: Timeframe;
  onConflict: ConflictChoice;
  /** One download is one origin. */
  origin: Omit<BarsOrigin, 'rows'>;
  clock: Clock;
  /** Called before bars are stored. Throws if this process may not store them. */
  mayStore: () => Promise<void>;
}

/** The whole pages of one download, on their way into the bars file. */
export class PageStore {
  private readonly pending = new PendingBars();
  private storedAt = -Infinity;
  private total: StoredBars | null = null;

  constructor(private readonly options: PageStoreOptions) {}

  /** What was stored so far; `null`: nothing. */
  get stored(): StoredBars | null {
    return this.total;
  }

  /**
   * Takes a page. Stores the first one at once, because it shows whether the source agrees with the file, and later ones from time to
   * time.
   *
   * @throws as `storeBars`
   */
  async add(page: BarColumns): Promise<void> {
    this.pending.add(page);
    const now = this.options.clock.monotonic();
    if (now - this.storedAt < STORE_EVERY_MS) return;
    await this.flush();
    this.storedAt = now;
  }

  /** Stores all pages. @throws as `storeBars` */
  async flush(): Promise<void> {
    if (this.pending.isEmpty) return;
    const { dataDir, symbol, timeframe, onConflict, origin, mayStore } = this.options;
    await mayStore();
    const bars = { symbol, timeframe, ...this.pending.take() };
    const [stored] = await storeBars(dataDir, [bars], { onConflict, origin });
    if (stored === undefined) return;
    const before = this.total ?? { added: 0, replaced: 0, kept: 0, unchanged: 0 };
    this.total = {
      ...stored,
      added: before.added + stored.added,
      replaced: before.replaced + stored.replaced,
      kept: (before.kept ?? 0) + (stored.kept ?? 0),
      unchanged: before.unchanged + stored.unchanged,
    };
  }
}
