import { expect, test } from '@jest/globals';
import { isTerminalStatus, type OperationStatus } from '@ktrdr/contracts';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { MemoryOperationStore } from './memory-operation-store.js';
import type { OperationContext } from './operation-context.js';
import { FakeClock } from './testing/fake-clock.js';
import { SimulatedService } from './testing/simulated-service.js';

const LEASE_MS = 300;
const SERVICES = 3;

/** The allowed status changes, written a second time so that a mistake in the product's table shows. */
const MAY_BECOME: Record<OperationStatus, readonly OperationStatus[]> = {
  pending: ['running', 'cancelled'],
  running: ['completed', 'failed', 'cancelling'],
  cancelling: ['cancelled', 'completed', 'failed'],
  completed: [],
  failed: ['pending'],
  cancelled: ['pending'],
};

/** An event in a world of three services that share a store. `of`: index of the operation among the existing ones. */
type Step =
  | { kind: 'launch' | 'stop' | 'go on' | 'kill' | 'start'; service: number }
  | { kind: 'cut' | 'answers lost' | 'reconnect'; service: number }
  | { kind: 'cancel' | 'force' | 'resume' | 'retry'; service: number; of: number }
  | { kind: 'wait'; ms: number };

const service = fc.nat(SERVICES - 1);
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('launch' as const), service }) },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constantFrom('stop', 'go on', 'kill', 'start'), service }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom('cut', 'answers lost', 'reconnect'), service }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constantFrom('cancel', 'force', 'resume', 'retry'),
        service,
        of: fc.nat(9),
      }),
    },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(2 * LEASE_MS) }) },
  ),
  { minLength: 3, maxLength: 25 },
);

/** What every operation does. */
const work = fc.record({
  workMs: fc.integer({ min: 50, max: 900 }),
  parts: fc.constantFrom(1, 2, 10),
  /** The first attempt fails in the middle. */
  breaks: fc.boolean(),
  /** It confirms its owner before it ends. */
  careful: fc.boolean(),
  /** Ms until its turn, if it waits for one. */
  waitsMs: fc.option(fc.integer({ min: 0, max: 900 }), { nil: null }),
  /** It continues elsewhere, and its next owner follows it. */
  outlivesOwner: fc.boolean(),
});
type Work = typeof work extends fc.Arbitrary<infer T> ? T : never;

interface Seen {
  attempt: number;
  percentage: number;
  epoch: number;
  resumed: boolean;
}

/** The world and its invariants. */
class World {
  readonly clock = new FakeClock();
  readonly store = new MemoryOperationStore({ clock: this.clock });
  readonly services: SimulatedService[] = [];
  /** All processes that were ever started, by name. */
  private readonly processes = new Map<string, SimulatedService>();
  readonly acknowledged: string[] = [];
  /** The last write of each operation, to compare the next one with. */
  private readonly seen = new Map<string, Seen>();
  private readonly checks: Promise<void>[] = [];
  private ids = 0;
  private starts = 0;

  constructor(
    private readonly onInterrupt: 'fail' | 'resume',
    private readonly work: Work,
    /** Processes detect each other's end, as on one machine. */
    private readonly sameMachine: boolean,
  ) {
    this.store.onWrite((id) => void this.checks.push(this.checkWrite(id!)));
    for (let number = 0; number < SERVICES; number++) this.services.push(this.service());
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'wait') {
      await this.clock.advance(step.ms);
      return;
    }
    const at = step.service;
    const chosen = this.services[at] as SimulatedService;
    const id = 'of' in step ? this.acknowledged[step.of % (this.acknowledged.length || 1)] : undefined;
    const refused = () => {};
    switch (step.kind) {
      case 'launch':
        void chosen.launch().then((launched) => this.acknowledged.push(launched), refused);
        break;
      case 'stop':
        chosen.stop();
        break;
      case 'go on':
        chosen.goOn();
        break;
      case 'kill':
        chosen.kill();
        break;
      case 'cut':
      case 'answers lost':
        chosen.cutOff(step.kind);
        break;
      case 'reconnect':
        chosen.reconnect();
        break;
      case 'start':
        if (chosen.state === 'killed') this.services[at] = this.service();
        break;
      case 'cancel':
      case 'force':
        if (id !== undefined)
          void chosen.operations.cancel(id, { reason: 'asked', force: step.kind === 'force' }).catch(refused);
        break;
      case 'resume':
      case 'retry':
        if (id !== undefined) void chosen.operations[step.kind](id).catch(refused);
        break;
    }
    await this.clock.advance(0);
  }

  /** All stopped services continue, at least one service runs, and all work and leases end. */
  async settle(): Promise<void> {
    for (const each of this.services) {
      each.goOn();
      each.reconnect();
    }
    if (this.services.every(({ state }) => state === 'killed')) this.services[0] = this.service();
    // at most ten attempts; each takes the time of its work and of detecting a lost owner
    for (let round = 0; round < 12; round++)
      await this.clock.advance(3 * LEASE_MS + this.work.workMs + (this.work.waitsMs ?? 0));
    await Promise.all(this.checks);
  }

  async checkAll(): Promise<void> {
    for (const id of this.acknowledged) {
      const stored = await this.store.get(id);
      if (stored === null) throw new Error(`${id} was acknowledged and is lost`);
      const { operation } = stored;
      if (!isTerminalStatus(operation.status))
        throw new Error(`${id} is ${operation.status}, and nothing runs`);
      if (operation.status === 'completed') expect(operation.result).toBe(`attempt ${operation.attempt}`);
      await this.checkHistory(id, operation.status);
    }
    for (const { operations, state } of this.services) {
      if (state === 'runs') expect(operations.activeCount()).toBe(0);
    }
  }

  private async checkHistory(id: string, last: OperationStatus): Promise<void> {
    const history = await this.store.history(id);
    expect(history.at(-1)?.status).toBe(last);
    const ends = new Map<number, number>();
    for (const [index, { status, attempt }] of history.entries()) {
      const before = history[index - 1];
      if (isTerminalStatus(status)) ends.set(attempt, (ends.get(attempt) ?? 0) + 1);
      // a takeover has its own history entry, with the unchanged status
      if (before === undefined || before.status === status) continue;
      expect(MAY_BECOME[before.status]).toContain(status);
      expect(attempt).toBe(before.attempt + (status === 'pending' ? 1 : 0));
    }
    for (const [attempt, count] of ends) expect([attempt, count]).toEqual([attempt, 1]);
    expect(ends.size).toBe(history.at(-1)?.attempt);
  }

  /** Percentages never fall within an attempt, nor when the next one resumes (I7); epochs never fall (I2). */
  private async checkWrite(id: string): Promise<void> {
    const stored = await this.store.get(id);
    if (stored === null) return;
    const { attempt, progress, resumable, status } = stored.operation;
    const now = { attempt, percentage: progress.percentage, epoch: stored.epoch, resumed: resumable };
    const before = this.seen.get(id);
    this.seen.set(id, now);
    if (before === undefined) return;
    expect(now.epoch).toBeGreaterThanOrEqual(before.epoch);
    expect(now.attempt).toBeGreaterThanOrEqual(before.attempt);
    const goesOn = now.attempt === before.attempt || (status === 'pending' && resumable);
    if (goesOn) expect(now.percentage).toBeGreaterThanOrEqual(before.percentage);
  }

  private service(): SimulatedService {
    const name = `service ${this.starts++}`;
    const made = new SimulatedService({
      store: this.store,
      clock: this.clock,
      name,
      isOwnerGone: (owner) => this.sameMachine && this.processes.get(owner)?.state === 'killed',
      leaseMs: LEASE_MS,
      onInterrupt: this.onInterrupt,
      randomId: () => `id${String(this.ids++).padStart(6, '0')}`,
      managed: {
        waits: this.work.waitsMs !== null,
        outlivesOwner: this.work.outlivesOwner,
        run: (context) => this.run(context),
      },
    });
    this.processes.set(name, made);
    void made.operations.keepLeases();
    return made;
  }

  /** Works in parts; from the middle on it is resumable. */
  private async run(context: OperationContext): Promise<string> {
    const { parts, workMs, breaks, waitsMs } = this.work;
    if (waitsMs !== null) {
      if (!context.takenOver) await context.sleep(waitsMs);
      await context.begin();
    }
    const middle = Math.floor(parts / 2);
    for (let part = context.resume ? middle : 0; part < parts; part++) {
      context.progress.update({ percentage: (part * 100) / parts });
      await context.sleep(workMs / parts);
      if (part === middle) context.setResumable(true);
      if (breaks && part === middle && context.attempt === 1) throw new Error('broken');
    }
    if (this.work.careful) await context.confirmOwner();
    return `attempt ${context.attempt}`;
  }
}

test(
  'no operation is lost, ends twice or stays open forever, in any order of stops, kills, cancels and resumes',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.constantFrom('fail' as const, 'resume' as const),
        work,
        fc.boolean(),
        async (history, onInterrupt, done, sameMachine) => {
          const world = new World(onInterrupt, done, sameMachine);
          for (const step of history) await world.take(step);
          await world.settle();
          await world.checkAll();
        },
      ),
      { numRuns: propertyRuns() },
    );
  },
  60_000 + 200 * propertyRuns(),
);
