/** A piece of work that needs a slot. */
export interface SlotRequest {
  /** Higher priorities go first; within one priority, earlier requests do. Default: 0. */
  priority?: number;
  /** Its share of the capacity, in the same unit. Nothing behind it begins before it is known. Default: 0. */
  size?: number | Promise<number>;
  /** Ends the wait. */
  signal: AbortSignal;
  /** Called when the work has to wait, and when its place in line has changed. */
  onWait?: (place: PlaceInLine) => void;
}

/** Position of a piece of work in the waiting line. */
export interface PlaceInLine {
  /** Number of requests that go first. */
  ahead: number;
  /** What the line waits for: a slot, or capacity. */
  lacks: 'slot' | 'capacity';
}

interface Waiter {
  priority: number;
  /** `null`: not known yet. */
  size: number | null;
  tell: (place: PlaceInLine) => void;
  begin: (size: number) => void;
  /** The place that was last reported; -1 before the first report. */
  told: number;
}

/** A place far back is reported again when it has changed by more than this share. Each report may be a write to the store. */
const TOLD_CHANGE = 0.1;
/** Number of places that are reported at once. */
const TOLD_AT_ONCE = 10;
/** Time between two such groups, ms. It leaves time to answer many starts first. */
const TOLD_EVERY_MS = 25;

/**
 * Limits how much work runs at a time: its number, and the sum of its sizes. The rest waits in line, in order of priority, then of
 * arrival. The first in line is never overtaken by a smaller request, so no request waits forever behind others of its
 * priority. A request that exceeds the whole capacity runs alone.
 */
export class Slots {
  private readonly line: Waiter[] = [];
  private running = 0;
  private used = 0;
  private scheduled = false;
  private tellTimer: NodeJS.Timeout | null = null;

  /** @param most number of slots @param capacity limit of the sum of the sizes */
  constructor(
    readonly most: number,
    readonly capacity = Infinity,
  ) {}

  /** Number of requests in line. */
  get waiting(): number {
    return this.line.length;
  }

  /** Capacity that no work uses. */
  get free(): number {
    return this.capacity - this.used;
  }

  /**
   * Runs `work` when there is a slot for it.
   *
   * @throws the signal's reason if it aborts during the wait; why the size is not known; otherwise what `work` throws
   */
  async use<T>(request: SlotRequest, work: () => Promise<T>): Promise<T> {
    const { priority = 0, size = 0, signal, onWait: tell = () => {} } = request;
    const measured = Promise.resolve(size);
    // an aborted request leaves before anybody asks for its size
    measured.catch(() => {});
    signal.throwIfAborted();
    const taken = await new Promise<number>((resolve, reject) => {
      const leave = (reason: unknown): void => {
        signal.removeEventListener('abort', abort);
        const at = this.line.indexOf(waiter);
        if (at !== -1) this.line.splice(at, 1);
        reject(reason as Error);
        this.schedule();
      };
      const abort = (): void => leave(signal.reason);
      const begin = (known: number): void => {
        signal.removeEventListener('abort', abort);
        resolve(known);
      };
      const known = typeof size === 'number' ? size : null;
      const waiter: Waiter = { priority, size: known, tell, begin, told: -1 };
      const behind = this.line.findIndex((other) => other.priority < priority);
      this.line.splice(behind === -1 ? this.line.length : behind, 0, waiter);
      signal.addEventListener('abort', abort, { once: true });
      this.schedule();
      if (known !== null) return;
      measured.then((value) => {
        waiter.size = value;
        this.schedule();
      }, leave);
    });
    try {
      return await work();
    } finally {
      this.running -= 1;
      this.used -= taken;
      this.schedule();
    }
  }

  /**
   * Advances the line after all requests that arrive together have joined it, so that the highest priority goes first after a takeover.
   * The HTTP request that started the work is answered before the work begins.
   */
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.moveOn();
    });
  }

  /** Lets the first in line begin as long as there is room, and tells the others their places. */
  private moveOn(): void {
    let first = this.line[0];
    while (first !== undefined && first.size !== null && this.hasRoom(first.size)) {
      this.line.shift();
      this.running += 1;
      this.used += first.size;
      first.begin(first.size);
      first = this.line[0];
    }
    // while the size of the first is unknown, the line does not lack capacity
    if (this.tellTimer === null && first?.size !== null) this.tellPlaces();
  }

  private tellPlaces(): void {
    const lacks = this.running < this.most ? 'capacity' : 'slot';
    let left = TOLD_AT_ONCE;
    for (const [ahead, waiter] of this.line.entries()) {
      const change = Math.abs(waiter.told - ahead);
      if (waiter.told !== -1 && change <= ahead * TOLD_CHANGE) continue;
      if (left === 0) return this.tellLater();
      left -= 1;
      waiter.told = ahead;
      waiter.tell({ ahead, lacks });
    }
  }

  private tellLater(): void {
    this.tellTimer = setTimeout(() => {
      this.tellTimer = null;
      this.tellPlaces();
    }, TOLD_EVERY_MS).unref();
  }

  private hasRoom(size: number): boolean {
    if (this.running === 0) return true;
    return this.running < this.most && this.used + size <= this.capacity;
  }
}
