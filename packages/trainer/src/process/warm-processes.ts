import { totalmem } from 'node:os';
import { type ChildHandle, startChild } from './child-handle.js';
import { explainEnd } from './explain-end.js';
import { TRAINER_CHILD } from './programs.js';
import type { WaitingChild } from './run-child.js';

/** A warm process starts this long after the last start, first batch or end of a training, so that it disturbs none of them, ms. */
const QUIET_MS = 1_000;
/** Longest pause before a process that has crashed is replaced, ms. */
const LONGEST_PAUSE_MS = 300_000;
const LOOK_EVERY_MS = 5_000;
const MB = 2 ** 20;
/** Warm processes end when this machine has less free memory. */
const LEAST_FREE_BYTES = Math.max(512 * MB, totalmem() / 20);
/** They start again when it has this many times as much. */
const ENOUGH = 1.5;
/** Title of a warm process until it has loaded its modules and changes the title itself: see trainer-child.ts. */
const TITLE = 'ktrdr loading';

export interface WarmProcessesSettings {
  /** How many wait at a time; `0`: none. */
  most: number;
  /** Limit of the heap of each (MB). It cannot change later, so it is the largest that a training may need. */
  mostHeapMb: number;
  /** Whether the limits of this service leave memory for one more training. */
  hasRoom: () => boolean;
  /** A line for the service's log. */
  log: (line: string) => void;
  /** Replaced in tests. */
  entry?: string;
  quietMs?: number;
  lookEveryMs?: number;
  /** Free memory of this machine or container, bytes. */
  freeMemory?: () => number;
}

/**
 * Processes that have loaded the trainer's modules and wait for a request. Each serves one training and ends with it, like any other
 * training process. When trainings have been quiet for a moment, the next process starts. A process that crashes while it waits is
 * replaced after a pause, which doubles. When memory becomes scarce, the waiting processes end.
 */
export class WarmProcesses {
  private readonly waiting: WaitingChild[] = [];
  private readonly settings: Required<WarmProcessesSettings>;
  private isOpen = false;
  private isClosed = false;
  private crashes = 0;
  private isScarce = false;
  private timer: NodeJS.Timeout | undefined;
  private watch: NodeJS.Timeout | undefined;

  constructor(settings: WarmProcessesSettings) {
    this.settings = {
      entry: TRAINER_CHILD,
      quietMs: QUIET_MS,
      lookEveryMs: LOOK_EVERY_MS,
      freeMemory: () => process.availableMemory(),
      ...settings,
    };
  }

  /** Starts the first processes, after a moment. Does nothing after `close`: a service can stop while it still prepares. */
  open(): void {
    if (this.settings.most === 0 || this.isClosed) return;
    this.isOpen = true;
    this.watch = setInterval(() => this.lookAtMemory(), this.settings.lookEveryMs).unref();
    this.refillLater();
  }

  /** A waiting process for one training; `null` if there is none. */
  take(): WaitingChild | null {
    const taken = this.waiting.shift() ?? null;
    if (taken !== null) this.crashes = 0;
    // a training begins: no other process may start now
    this.refillLater();
    return taken;
  }

  /** Starts missing processes after a quiet moment, which begins now. */
  refillLater(): void {
    if (!this.isOpen) return;
    clearTimeout(this.timer);
    const pause = Math.min(this.settings.quietMs * 2 ** this.crashes, LONGEST_PAUSE_MS);
    this.timer = setTimeout(() => this.refill(), pause).unref();
  }

  /** Ends all waiting processes immediately and starts no more. Settles after their ends. */
  async close(): Promise<void> {
    this.isOpen = false;
    this.isClosed = true;
    clearTimeout(this.timer);
    clearInterval(this.watch);
    await this.giveBack();
  }

  private refill(): void {
    this.lookAtMemory();
    while (this.isOpen && !this.isScarce && this.waiting.length < this.settings.most) this.startOne();
  }

  private startOne(): void {
    const { entry, mostHeapMb, log } = this.settings;
    const one: WaitingChild = {
      isReady: false,
      child: startChild(
        entry,
        {
          onMessage: ({ type }) => {
            one.isReady ||= type === 'ready';
          },
          onInvalid: () => one.child.kill('SIGKILL'),
          onOutput: log,
        },
        { mostHeapMb, title: TITLE, args: ['--warm'] },
      ),
    };
    this.waiting.push(one);
    void this.replaceAfterCrash(one);
  }

  /** A process that ends while it waits has crashed, unless it was given back. */
  private async replaceAfterCrash(one: WaitingChild): Promise<void> {
    const end = await one.child.ended;
    const place = this.waiting.indexOf(one);
    if (place < 0) return;
    this.waiting.splice(place, 1);
    this.crashes += 1;
    this.settings.log(`A warm training process ended before it had a request. ${explainEnd(end).message}`);
    this.refillLater();
  }

  private lookAtMemory(): void {
    const { freeMemory, hasRoom } = this.settings;
    const least = LEAST_FREE_BYTES * (this.isScarce ? ENOUGH : 1);
    const wasScarce = this.isScarce;
    this.isScarce = freeMemory() < least || !hasRoom();
    if (this.isScarce) void this.giveBack();
    else if (wasScarce) this.refillLater();
  }

  private async giveBack(): Promise<void> {
    const given: ChildHandle[] = this.waiting.splice(0).map(({ child }) => child);
    for (const child of given) child.kill('SIGKILL');
    await Promise.all(given.map(({ ended }) => ended));
  }
}
