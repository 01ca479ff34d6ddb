import type { Clock } from '@ktrdr/orchestrator';
import type { NewAuditEntry } from '@ktrdr/operation-store';

/** Length of a window, ms. */
const WINDOW_MS = 60_000;
/** Most kinds of refusals that a window records apart. All others share one entry. */
const MAX_KINDS = 10;
/** Target of an entry that stands for refusals of several kinds. */
const OTHERS = 'other refused requests';

interface Repeated {
  entry: NewAuditEntry;
  more: number;
}

/**
 * Limits how many refused requests reach the audit log, so that they cannot fill it. The first refusal of a caller, address,
 * action and error code is written at once. Further ones within a minute are counted, and the end of the minute writes
 * their number.
 */
export class RefusalWindow {
  private kinds = new Map<string, Repeated>();
  private others: Repeated | null = null;
  private cancelTimer = (): void => {};

  constructor(
    private readonly clock: Clock,
    private readonly write: (entry: NewAuditEntry) => Promise<void>,
  ) {}

  /** `null` if the refusal is only counted. */
  add(entry: NewAuditEntry): Promise<void> | null {
    if (this.kinds.size === 0) this.cancelTimer = this.clock.setTimer(WINDOW_MS, () => void this.close());
    const kind = JSON.stringify([entry.caller, entry.address, entry.action, entry.code]);
    const known = this.kinds.get(kind);
    if (known !== undefined) {
      known.more += 1;
      return null;
    }
    if (this.kinds.size < MAX_KINDS) {
      this.kinds.set(kind, { entry, more: 0 });
      return this.write(entry);
    }
    this.others ??= {
      entry: { ...entry, caller: null, token_id: null, action: 'access', address: 'several', target: OTHERS },
      more: 0,
    };
    this.others.more += 1;
    return null;
  }

  /** Writes the numbers, and begins a new window. */
  async close(): Promise<void> {
    this.cancelTimer();
    const at = new Date(this.clock.now()).toISOString();
    const repeated = [...this.kinds.values(), ...(this.others === null ? [] : [this.others])];
    this.kinds = new Map();
    this.others = null;
    await Promise.all(
      repeated
        .filter(({ more }) => more > 0)
        .map(({ entry, more }) => this.write({ ...entry, at, count: more })),
    );
  }
}
