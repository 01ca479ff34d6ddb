import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { propertyRuns } from '@ktrdr/contracts/testing';
import fc from 'fast-check';
import { Slots, type PlaceInLine } from './slots.js';

interface Started {
  places: PlaceInLine[];
  hasBegun: boolean;
  cancel: (reason: Error) => void;
  end: () => void;
  fail: (error: Error) => void;
  settled: Promise<unknown>;
}

function start(slots: Slots, request: { priority?: number; size?: number | Promise<number> } = {}): Started {
  const controller = new AbortController();
  const started: Started = {
    places: [],
    hasBegun: false,
    cancel: (reason) => controller.abort(reason),
    end: () => {},
    fail: () => {},
    settled: Promise.resolve(),
  };
  const ends = new Promise<void>((resolve, reject) => {
    Object.assign(started, { end: resolve, fail: reject });
  });
  const onWait = (place: PlaceInLine): void => void started.places.push(place);
  started.settled = slots
    .use({ ...request, signal: controller.signal, onWait }, () => {
      started.hasBegun = true;
      return ends;
    })
    .catch((error: unknown) => error);
  return started;
}

beforeAll(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
});
afterAll(() => {
  jest.useRealTimers();
});

/** Waits until the line has moved on and its places have been told. */
async function moved(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  jest.advanceTimersByTime(1_000);
}

const begun = (all: readonly Started[]): boolean[] => all.map(({ hasBegun }) => hasBegun);
const lastPlace = ({ places }: Started): number | undefined => places.at(-1)?.ahead;

describe('slots', () => {
  test('as many run as allowed; the rest begin in order and learn their places', async () => {
    const slots = new Slots(2);
    const all = [start(slots), start(slots), start(slots), start(slots)];
    await moved();
    expect(begun(all)).toEqual([true, true, false, false]);
    expect(all.map(({ places }) => places)).toEqual([
      [],
      [],
      [{ ahead: 0, lacks: 'slot' }],
      [{ ahead: 1, lacks: 'slot' }],
    ]);
    all[0]?.end();
    await moved();
    expect(begun(all)).toEqual([true, true, true, false]);
    expect(all.map(lastPlace)).toEqual([undefined, undefined, 0, 0]);
    expect(slots.waiting).toBe(1);
  });

  test('give a slot back when the work fails', async () => {
    const slots = new Slots(1);
    const [first, second] = [start(slots), start(slots)];
    first.fail(new Error('no bars'));
    await expect(first.settled).resolves.toEqual(new Error('no bars'));
    await moved();
    expect(second.hasBegun).toBe(true);
  });

  test('let a higher priority go first, behind earlier requests of its own', async () => {
    const slots = new Slots(1);
    const running = start(slots);
    await moved();
    const low = start(slots, { priority: 1 });
    const [high, alsoHigh] = [start(slots, { priority: 3 }), start(slots, { priority: 3 })];
    const normal = start(slots, { priority: 2 });
    await moved();
    expect([high, alsoHigh, normal, low].map(lastPlace)).toEqual([0, 1, 2, 3]);
    const order = [high, alsoHigh, normal, low];
    let last = running;
    for (const [index, next] of order.entries()) {
      last.end();
      await moved();
      expect(begun(order)).toEqual(order.map((_, position) => position <= index));
      last = next;
    }
  });

  test('choose among requests that arrive together by priority too', async () => {
    const slots = new Slots(1);
    const [low, high] = [start(slots, { priority: 1 }), start(slots, { priority: 3 })];
    await moved();
    expect(begun([low, high])).toEqual([false, true]);
  });

  test('a request that is cancelled while it waits leaves the line at once and never begins', async () => {
    const slots = new Slots(1);
    const [running, cancelled, next] = [start(slots), start(slots), start(slots)];
    cancelled.cancel(new Error('enough'));
    await expect(cancelled.settled).resolves.toEqual(new Error('enough'));
    await moved();
    expect(lastPlace(next)).toBe(0);
    running.end();
    await moved();
    expect(begun([cancelled, next])).toEqual([false, true]);
    const late = new AbortController();
    late.abort(new Error('too late'));
    await expect(slots.use({ signal: late.signal }, async () => 1)).rejects.toThrow('too late');
  });

  test('requests wait for capacity besides slots, and a smaller one does not overtake', async () => {
    const slots = new Slots(8, 4_000);
    const [first, second, small] = [3_000, 3_000, 10].map((size) => start(slots, { size }));
    await moved();
    expect(begun([first!, second!, small!])).toEqual([true, false, false]);
    expect(second?.places).toEqual([{ ahead: 0, lacks: 'capacity' }]);
    first?.end();
    await moved();
    expect(begun([second!, small!])).toEqual([true, true]);
  });

  test('when a large request leaves the line, those behind it begin', async () => {
    const slots = new Slots(8, 4_000);
    const [, large, small] = [3_000, 3_000, 10].map((size) => start(slots, { size }));
    large?.cancel(new Error('enough'));
    await moved();
    expect(small?.hasBegun).toBe(true);
  });

  test('requests hear no place while the size of the first is unknown', async () => {
    const slots = new Slots(2, 100);
    let know = (_size: number): void => {};
    const first = start(slots, { size: new Promise<number>((resolve) => (know = resolve)) });
    const second = start(slots, { size: 80 });
    await moved();
    expect([first.places, second.places]).toEqual([[], []]);
    know(50);
    await moved();
    expect(first.hasBegun).toBe(true);
    expect([first.places, second.places]).toEqual([[], [{ ahead: 0, lacks: 'capacity' }]]);
    for (const { end } of [first, second]) end();
    await moved();
  });

  test('a request whose size is not known yet keeps its place in line; one whose size cannot be known leaves it', async () => {
    const slots = new Slots(1, 100);
    let know = (_size: number): void => {};
    const high = start(slots, { priority: 3, size: new Promise<number>((resolve) => (know = resolve)) });
    const fails = start(slots, { priority: 2, size: Promise.reject(new Error('no bars')) });
    const low = start(slots, { priority: 1, size: 1 });
    await moved();
    expect(begun([high, low])).toEqual([false, false]);
    await expect(fails.settled).resolves.toEqual(new Error('no bars'));
    know(100);
    await moved();
    expect(begun([high, low])).toEqual([true, false]);
    high.end();
    await moved();
    expect(begun([fails, low])).toEqual([false, true]);
    low.end();
    await moved();
    expect(slots.waiting).toBe(0);
  });

  test('a request above the whole capacity runs alone', async () => {
    const slots = new Slots(8, 100);
    const [small, huge, another] = [10, 500, 10].map((size) => start(slots, { size }));
    await moved();
    expect(begun([small!, huge!, another!])).toEqual([true, false, false]);
    small?.end();
    await moved();
    expect(begun([huge!, another!])).toEqual([true, false]);
    huge?.end();
    await moved();
    expect(another?.hasBegun).toBe(true);
  });

  test('a long line learns its places rarely, and no place is off by more than a tenth', async () => {
    const slots = new Slots(1);
    const all = Array.from({ length: 201 }, () => start(slots));
    let worst = 0;
    for (let ended = 0; ended < 200; ended += 1) {
      all[ended]?.end();
      await moved();
      for (const [index, waiter] of all.entries()) {
        if (waiter.hasBegun) continue;
        const ahead = index - ended - 2;
        worst = Math.max(worst, Math.abs((lastPlace(waiter) ?? 0) - ahead) - ahead * 0.1);
      }
    }
    expect(worst).toBeLessThanOrEqual(0);
    const told = all.reduce((sum, { places }) => sum + places.length, 0);
    expect(told).toBeLessThan(201 * 40);
  });

  test('random arrivals, cancels and ends keep the limits and the order within a priority, and the line becomes empty', async () => {
    const request = fc.record({
      priority: fc.integer({ min: 1, max: 3 }),
      size: fc.integer({ min: 0, max: 12 }),
    });
    const step = fc.oneof(
      { weight: 3, arbitrary: request.map((value) => ({ type: 'start' as const, value })) },
      { weight: 2, arbitrary: fc.nat().map((value) => ({ type: 'end' as const, value })) },
      { weight: 1, arbitrary: fc.nat().map((value) => ({ type: 'cancel' as const, value })) },
    );
    const history = fc.array(step, { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), history, async (most, steps) => {
        const capacity = 10;
        const slots = new Slots(most, capacity);
        const all: (Started & { priority: number; size: number; ended: boolean })[] = [];
        const order: number[] = [];
        const open = () => all.filter(({ ended }) => !ended);
        const running = () => open().filter(({ hasBegun }) => hasBegun);
        const check = async (): Promise<void> => {
          await moved();
          for (const [index, { hasBegun }] of all.entries())
            if (hasBegun && !order.includes(index)) order.push(index);
          const now = running();
          const size = now.reduce((sum, one) => sum + one.size, 0);
          expect(now.length).toBeLessThanOrEqual(most);
          expect(size <= capacity || now.length === 1).toBe(true);
          // the first in line leaves no room unused
          expect(slots.waiting).toBe(open().length - now.length);
          expect(slots.waiting === 0 || now.length > 0).toBe(true);
        };
        for (const { type, value } of steps) {
          if (type === 'start') all.push(Object.assign(start(slots, value), value, { ended: false }));
          else {
            const from = type === 'end' ? running() : open().filter(({ hasBegun }) => !hasBegun);
            const one = from[(value as number) % Math.max(from.length, 1)];
            if (one !== undefined) {
              one.ended = true;
              if (type === 'end') one.end();
              else one.cancel(new Error('cancelled'));
            }
          }
          await check();
        }
        while (running().length > 0) {
          const one = running()[0]!;
          one.ended = true;
          one.end();
          await check();
        }
        expect(slots.waiting).toBe(0);
        for (const priority of [1, 2, 3]) {
          const ofOne = order.filter((index) => all[index]?.priority === priority);
          expect(ofOne).toEqual(ofOne.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: propertyRuns() },
    );
  });
});
