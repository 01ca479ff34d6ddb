import { describe, expect, test } from '@jest/globals';
import { KtrdrError, type Operation } from '@ktrdr/contracts';
import type { OnInterrupt } from './interrupted-operation.js';
import { MemoryOperationStore } from './memory-operation-store.js';
import type { ManagedOperation, OperationContext } from './operation-context.js';
import { OperationsService } from './operations-service.js';
import { defaultProgressRenderer } from './renderers/default-progress-renderer.js';
import { FakeClock, settle } from './testing/fake-clock.js';
import { Gate } from './testing/gate.js';
import { RecordingLogger } from './testing/recording-logger.js';

const LEASE_MS = 900;
const METADATA = {
  parameters: {},
};

type Run = (context: OperationContext) => Promise<unknown>;

/** Several processes with one store. A process that "dies" stays silent: its timers are stopped, its work hangs. */
function world() {
  const clock = new FakeClock();
  const store = new MemoryOperationStore({ clock });
  /** Owners that are known to have ended. */
  const gone = new Set<string>();
  let ids = 0;

  function service(
    owner: string,
    run: Run,
    options: Partial<ManagedOperation<unknown>> = {},
    onInterrupt: OnInterrupt = 'fail',
  ) {
    let alive = true;
    const ownClock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
      setTimer: (ms: number, callback: () => void) => clock.setTimer(ms, () => alive && callback()),
    };
    const logger = new RecordingLogger();
    const operations = new OperationsService({
      store,
      clock: ownClock,
      logger,
      randomId: () => `id${String(ids++).padStart(4, '0')}`,
      lease: { owner, ms: LEASE_MS },
      isOwnerGone: (name) => gone.has(name),
      onInterrupt,
    });
    const parts = { renderer: defaultProgressRenderer, logger };
    const managed = (request: unknown): ManagedOperation<unknown> => ({
      type: 'dummy',
      metadata: METADATA,
      request,
      ...options,
      run,
    });
    operations.register('dummy', { ...parts, revive: managed });
    const launch = async (request: unknown = { n: 1 }) => {
      const { operationId, outcome } = await operations.launch(managed(request), parts);
      outcome.catch(() => {});
      return operationId;
    };
    return { operations, launch, logger, die: () => void (alive = false) };
  }
  return { clock, store, service, gone };
}

const never: Run = () => new Promise(() => {});

describe('an operation whose owner is gone', () => {
  test('is found among hundreds of others, all in the same turn', async () => {
    const { clock, store, service } = world();
    const one = service('one', never);
    await one.operations.keepLeases();
    for (let number = 0; number < 250; number++) await one.launch();
    await clock.advance(0);
    one.die();
    const two = service('two', never);
    await two.operations.keepLeases();
    await clock.advance(LEASE_MS + LEASE_MS / 3 + 1);
    const { total_count } = await store.list({ statuses: ['failed'], limit: 1, offset: 0 });
    expect(total_count).toBe(250);
  });

  test('is handled before the first answer if its process is known to have ended', async () => {
    const { clock, store, service, gone } = world();
    const one = service('one', never);
    await one.operations.keepLeases();
    const id = await one.launch();
    await clock.advance(LEASE_MS / 3 + 1);
    const lastHeard = clock.now() - 1;
    await clock.advance(LEASE_MS / 4);
    one.die();
    gone.add('one');
    const two = service('two', never);
    await two.operations.keepLeases();
    expect(await two.operations.get(id)).toMatchObject({
      status: 'failed',
      completed_at: new Date(lastHeard).toISOString(),
      error: { code: 'interrupted', details: { last_heard_at: new Date(lastHeard).toISOString() } },
    });
    const history = await store.history(id);
    expect(history.at(-1)?.at).toBe(new Date(clock.now()).toISOString());
  });

  test('is found at the next turn of another running process', async () => {
    const { clock, service, gone } = world();
    const one = service('one', never);
    const two = service('two', never);
    await Promise.all([one.operations.keepLeases(), two.operations.keepLeases()]);
    const id = await one.launch();
    await clock.advance(10);
    one.die();
    gone.add('one');
    await clock.advance(LEASE_MS / 3);
    expect((await two.operations.get(id)).status).toBe('failed');
  });

  test('ends no earlier than its cancel request', async () => {
    const { clock, service, gone } = world();
    const one = service('one', never);
    const two = service('two', never);
    await Promise.all([one.operations.keepLeases(), two.operations.keepLeases()]);
    const id = await one.launch();
    await clock.advance(10);
    one.die();
    await clock.advance(10);
    await two.operations.cancel(id);
    gone.add('one');
    await clock.advance(LEASE_MS / 3);
    const { status, completed_at, cancel_requested_at } = await two.operations.get(id);
    expect({ status, completed_at }).toEqual({ status: 'cancelled', completed_at: cancel_requested_at });
  });

  test('ends as interrupted within one lease and one turn, and is resumable if it had reported so', async () => {
    const { clock, service } = world();
    const one = service('one', async ({ progress, setResumable }) => {
      progress.update({ percentage: 40 });
      setResumable(true);
      return never({} as OperationContext);
    });
    await one.operations.keepLeases();
    const id = await one.launch();
    await clock.advance(500);
    one.die();
    const two = service('two', never);
    await two.operations.keepLeases();
    expect((await two.operations.get(id)).status).toBe('running');
    await clock.advance(LEASE_MS + LEASE_MS / 3 + 1);
    const ended = await two.operations.get(id);
    expect(ended).toMatchObject({
      status: 'failed',
      resumable: true,
      attempt: 1,
      error: {
        code: 'interrupted',
        message:
          'The process that ran the operation is gone (one). Resume the operation: it continues from its last checkpoint.',
      },
    });
    expect(ended.progress.percentage).toBe(40);
    expect((await two.operations.history(id)).map(({ status }) => status)).toEqual([
      'pending',
      'running',
      'running',
      'failed',
    ]);
  });

  test('is resumed by another owner with its original request, and its progress never falls', async () => {
    const { clock, service } = world();
    const one = service('one', async ({ progress, setResumable }) => {
      progress.update({ percentage: 40 });
      setResumable(true);
      return never({} as OperationContext);
    });
    await one.operations.keepLeases();
    const id = await one.launch({ strategy: 'mine' });
    await clock.advance(300);
    one.die();
    const contexts: OperationContext[] = [];
    const two = service('two', async (context) => {
      contexts.push(context);
      context.progress.update({ percentage: 10 });
      return 'done';
    });
    const asked: unknown[] = [];
    two.operations.register('dummy', {
      renderer: defaultProgressRenderer,
      logger: two.logger,
      revive: (request) => {
        asked.push(request);
        return {
          type: 'dummy',
          metadata: METADATA,
          run: async (context) => {
            contexts.push(context);
            expect((await two.operations.get(id)).progress.percentage).toBe(40);
            return 'done';
          },
        };
      },
    });
    await two.operations.keepLeases();
    await clock.advance(2 * LEASE_MS);
    await two.operations.resume(id);
    await two.operations.idle();
    expect(asked.at(-1)).toEqual({ strategy: 'mine' });
    expect(contexts).toMatchObject([{ attempt: 2, resume: true, takenOver: false }]);
    expect(await two.operations.get(id)).toMatchObject({ status: 'completed', attempt: 2, result: 'done' });
  });

  test('continues automatically if the service is set to do so: from its checkpoint, or from the beginning', async () => {
    for (const resumable of [true, false]) {
      const { clock, service } = world();
      const one = service('one', async ({ setResumable }) => {
        setResumable(resumable);
        return never({} as OperationContext);
      });
      await one.operations.keepLeases();
      const id = await one.launch();
      await clock.advance(300);
      one.die();
      const seen: boolean[] = [];
      const two = service('two', async ({ resume }) => seen.push(resume), {}, 'resume');
      await two.operations.keepLeases();
      await clock.advance(2 * LEASE_MS);
      expect(seen).toEqual([resumable]);
      expect(await two.operations.get(id)).toMatchObject({ status: 'completed', attempt: 2 });
    }
  });

  test('is asked whether there is a checkpoint, if it can tell', async () => {
    const { clock, service } = world();
    const one = service('one', never);
    await one.operations.keepLeases();
    const id = await one.launch();
    await clock.advance(10);
    one.die();
    const two = service('two', never, { canResume: async (operationId) => operationId === id });
    await two.operations.keepLeases();
    await clock.advance(2 * LEASE_MS);
    expect(await two.operations.get(id)).toMatchObject({ status: 'failed', resumable: true });
  });

  test('is cancelled if a cancel was requested', async () => {
    const { clock, service } = world();
    const one = service('one', never);
    await one.operations.keepLeases();
    const id = await one.launch();
    await settle();
    await one.operations.cancel(id, { reason: 'enough' });
    one.die();
    const two = service('two', never);
    await two.operations.keepLeases();
    await clock.advance(2 * LEASE_MS);
    expect(await two.operations.get(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'enough' });
  });

  test('begins in its first attempt if it had not begun', async () => {
    const { clock, store, service } = world();
    const transition = store.transition.bind(store);
    store.transition = () => new Promise(() => {});
    const one = service('one', never);
    const id = await one.launch();
    one.die();
    store.transition = transition;
    const two = service('two', async () => 7);
    await two.operations.keepLeases();
    await clock.advance(2 * LEASE_MS);
    expect(await two.operations.get(id)).toMatchObject({ status: 'completed', attempt: 1, result: 7 });
  });

  test('work that continues elsewhere shows its last phase, not a new start', async () => {
    const { clock, store, service } = world();
    const options = { outlivesOwner: true, initialContext: { phase: 'starting' } };
    const one = service(
      'one',
      async ({ progress, sleep }) => {
        progress.update({ percentage: 30, context: { phase: 'training' } });
        await sleep(Infinity);
      },
      options,
    );
    await one.operations.keepLeases();
    const id = await one.launch();
    await clock.advance(LEASE_MS);
    one.die();
    const two = service('two', ({ sleep }) => sleep(Infinity), options);
    await two.operations.keepLeases();
    await clock.advance(4 * LEASE_MS);
    expect((await store.get(id))?.owner).toBe('two');
    expect((await two.operations.get(id)).progress).toMatchObject({
      percentage: 30,
      context: { phase: 'training' },
    });
  });

  test('is followed by the next owner if its work runs elsewhere', async () => {
    const { clock, service } = world();
    const one = service('one', async ({ progress }) => {
      progress.update({ percentage: 30 });
      return never({} as OperationContext);
    });
    await one.operations.keepLeases();
    const id = await one.launch();
    await clock.advance(300);
    one.die();
    const gate = new Gate();
    const seen: Pick<OperationContext, 'attempt' | 'takenOver'>[] = [];
    const follow: Run = async ({ attempt, takenOver, progress }) => {
      seen.push({ attempt, takenOver });
      progress.update({ percentage: 20 });
      await gate.pass();
      return 'found again';
    };
    const two = service('two', follow, { outlivesOwner: true });
    await two.operations.keepLeases();
    await clock.advance(2 * LEASE_MS);
    await gate.reached;
    const followed = await two.operations.get(id);
    expect(followed).toMatchObject({ status: 'running', attempt: 1 });
    expect(followed.progress.percentage).toBe(30);
    gate.open();
    await two.operations.idle();
    expect(seen).toEqual([{ attempt: 1, takenOver: true }]);
    expect(await two.operations.get(id)).toMatchObject({ status: 'completed', result: 'found again' });
  });

  test('fails, and cannot be resumed, if this service does not run its type', async () => {
    const { clock, store, service } = world();
    const one = service('one', never);
    const id = await one.launch();
    await settle();
    one.die();
    const clockTwo = clock;
    const operations = new OperationsService({
      store,
      clock: clockTwo,
      logger: new RecordingLogger(),
      randomId: () => 'abcd',
      lease: { owner: 'two', ms: LEASE_MS },
    });
    await operations.keepLeases();
    await clock.advance(2 * LEASE_MS);
    const ended = await operations.get(id);
    expect(ended).toMatchObject({ status: 'failed', resumable: false, error: { code: 'interrupted' } });
    expect(ended.error?.message).toMatch(/This service cannot run it again/);
    await operations.shutdown(0);
  });
});

describe('an owner that seemed dead', () => {
  test('stops its work when it wakes up, and changes nothing', async () => {
    const { clock, store, service } = world();
    const gate = new Gate();
    let token: OperationContext['token'] | undefined;
    const one = service('one', async (context) => {
      token = context.token;
      await gate.pass();
      context.progress.update({ percentage: 99 });
      return 'stale';
    });
    await one.operations.keepLeases();
    const id = await one.launch();
    await gate.reached;
    // stopped for longer than its lease: it does not renew
    const renew = store.renew.bind(store);
    store.renew = async (lease, operations) =>
      lease.owner === 'one'
        ? Promise.reject(new KtrdrError('store_unavailable', 'asleep'))
        : renew(lease, operations);
    const two = service('two', never);
    await two.operations.keepLeases();
    await clock.advance(2 * LEASE_MS);
    const ended = await two.operations.get(id);
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'interrupted' } });
    store.renew = renew;
    await clock.advance(LEASE_MS);
    expect([token?.isCancelled, token?.isForced, token?.isAbandoned]).toEqual([true, true, true]);
    gate.open();
    await one.operations.idle();
    expect(await two.operations.get(id)).toEqual(ended);
  });

  test('confirms its ownership before it does what only the owner may do', async () => {
    const { clock, service, store } = world();
    const gate = new Gate();
    let kept = false;
    const one = service('one', async ({ confirmOwner }) => {
      await confirmOwner();
      await gate.pass();
      await confirmOwner();
      kept = true;
    });
    const id = await one.launch();
    await gate.reached;
    await store.takeOver({ owner: 'two', ms: LEASE_MS }, new Date(clock.now()).toISOString(), 9);
    expect((await store.get(id))?.epoch).toBe(1);
    await clock.advance(LEASE_MS);
    await store.takeOver({ owner: 'two', ms: LEASE_MS }, new Date(clock.now()).toISOString(), 9);
    expect((await store.get(id))?.epoch).toBe(2);
    gate.open();
    await one.operations.idle();
    expect(kept).toBe(false);
    expect((await store.get(id))?.operation.status).toBe('running');
  });
});

describe('an operation that waits for its turn and is taken over', () => {
  test('during a cancel is cancelled by its next owner, which stops its work', async () => {
    const { clock, service } = world();
    const waits = { waits: true, outlivesOwner: true };
    const one = service('one', async ({ begin }) => (await begin(), never({} as OperationContext)), waits);
    const id = await one.launch();
    await settle();
    await one.operations.cancel(id, { reason: 'enough' });
    expect((await one.operations.get(id)).status).toBe('cancelling');
    one.die();
    const stopped: string[] = [];
    const two = service(
      'two',
      async ({ token, takenOver }) => {
        if (takenOver && token.isCancelled) stopped.push(token.reason ?? '');
        token.throwIfCancelled();
      },
      waits,
    );
    await two.operations.keepLeases();
    await clock.advance(3 * LEASE_MS);
    expect(stopped).toEqual(['enough']);
    expect(await two.operations.get(id)).toMatchObject({ status: 'cancelled', attempt: 1 });
  });

  test('is left alone by the previous owner, which may no longer begin it', async () => {
    const { clock, service, store } = world();
    const turn = new Gate();
    let abandoned: boolean | null = null;
    const one = service(
      'one',
      async ({ begin, token }) => {
        await turn.pass();
        await begin().catch(() => {});
        abandoned = token.isAbandoned;
        token.throwIfCancelled();
      },
      { waits: true, outlivesOwner: true },
    );
    const id = await one.launch();
    await turn.reached;
    one.die();
    await clock.advance(2 * LEASE_MS);
    await store.takeOver({ owner: 'two', ms: LEASE_MS }, new Date(clock.now()).toISOString(), 9);
    turn.open();
    await settle();
    expect(abandoned).toBe(true);
    expect((await store.get(id))?.operation.status).toBe('pending');
    expect((await store.get(id))?.epoch).toBe(2);
  });
});

test('an owner renews its lease until the store is available again', async () => {
  const { clock, service, store } = world();
  const gate = new Gate();
  const renew = store.renew.bind(store);
  const one = service('one', async ({ confirmOwner }) => {
    await gate.pass();
    await confirmOwner();
    return { kept: true };
  });
  const id = await one.launch();
  await gate.reached;
  store.renew = () => Promise.reject(new KtrdrError('store_unavailable', 'away'));
  gate.open();
  await settle();
  store.renew = renew;
  await clock.advance(1_000);
  expect(await one.operations.get(id)).toMatchObject({ status: 'completed', result: { kept: true } });
});

describe('several services on one store', () => {
  test('a cancel and its force reach the owner from any process', async () => {
    const { clock, service } = world();
    const one = service(
      'one',
      ({ token }) =>
        new Promise((_, reject) =>
          token.forceSignal.addEventListener('abort', () => reject(token.signal.reason as Error)),
        ),
    );
    await one.operations.keepLeases();
    const id = await one.launch();
    await settle();
    const two = service('two', never);
    expect((await two.operations.cancel(id, { reason: 'from two' })).status).toBe('cancelling');
    await clock.advance(LEASE_MS);
    expect((await two.operations.get(id)).status).toBe('cancelling');
    await two.operations.cancel(id, { force: true });
    await clock.advance(LEASE_MS);
    expect(await two.operations.get(id)).toMatchObject({ status: 'cancelled', cancel_reason: 'from two' });
  });

  test('a process can follow an operation of another process: every status, the newest progress, the end', async () => {
    const { clock, service } = world();
    const gate = new Gate();
    const one = service('one', async ({ progress }) => {
      progress.update({ percentage: 50 });
      await gate.pass();
      return 'done';
    });
    await one.operations.keepLeases();
    const id = await one.launch();
    const two = service('two', never);
    const seen: string[] = [];
    const followed = (async () => {
      for await (const { type, operation } of two.operations.watch(id)) {
        seen.push(`${type} ${operation.status} ${operation.progress.percentage}`);
      }
    })();
    await clock.advance(1000);
    gate.open();
    await clock.advance(1500);
    await followed;
    expect(seen[0]).toBe('status running 50');
    expect(seen.at(-1)).toBe('status completed 100');
  });

  test('a follower that detaches leaves no listener behind', async () => {
    const { clock, service } = world();
    const one = service('one', never);
    const id = await one.launch();
    const two = service('two', never);
    const leave = new AbortController();
    const seen: Operation[] = [];
    const followed = (async () => {
      for await (const { operation } of two.operations.watch(id, leave.signal)) seen.push(operation);
    })();
    await clock.advance(300);
    leave.abort();
    await clock.advance(300);
    await followed;
    expect(seen).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  test('is followed through outages of the store, even if the first read meets one, until it is removed', async () => {
    const { clock, store, service } = world();
    const id = await service('one', never).launch();
    const two = service('two', never);
    const get = store.get.bind(store);
    const goAway = () =>
      (store.get = () => Promise.reject(new KtrdrError('store_unavailable', 'No server answers.')));
    goAway();
    const seen: string[] = [];
    const followed = (async () => {
      for await (const { type, operation } of two.operations.watch(id))
        seen.push(`${type} ${operation.status}`);
    })();
    const refused = expect(followed).rejects.toMatchObject({ code: 'operation_not_found' });
    await clock.advance(60_000);
    expect(seen).toEqual([]);
    store.get = get;
    await clock.advance(1000);
    expect(seen).toEqual(['status running']);
    goAway();
    await clock.advance(60_000);
    store.get = get;
    await two.operations.cancel(id);
    await clock.advance(1000);
    expect(seen).toEqual(['status running', 'status cancelling']);
    store.get = () => Promise.resolve(null);
    await clock.advance(1000);
    await refused;
  });
});

describe('a service that stops', () => {
  test('leaves operations that continue without it to the next owner at once', async () => {
    const { clock, service } = world();
    const untilAborted: Run = ({ token }) =>
      new Promise((_, reject) =>
        token.signal.addEventListener('abort', () => reject(token.signal.reason as Error)),
      );
    const one = service('one', untilAborted, { outlivesOwner: true });
    await one.operations.keepLeases();
    const id = await one.launch();
    await settle();
    expect(await one.operations.shutdown(1000)).toEqual([]);
    const two = service('two', async ({ takenOver }) => takenOver, { outlivesOwner: true });
    expect(await two.operations.get(id)).toMatchObject({ status: 'running', cancel_requested_at: null });
    await two.operations.keepLeases();
    await clock.advance(0);
    expect(await two.operations.get(id)).toMatchObject({ status: 'completed', result: true });
  });

  test('leaves all running operations to the next owner if interrupted work continues automatically', async () => {
    const { clock, service } = world();
    const one = service(
      'one',
      async ({ token, setResumable }) => {
        await new Promise((resolve) => token.signal.addEventListener('abort', resolve));
        setResumable(true);
        token.throwIfCancelled();
      },
      {},
      'resume',
    );
    await one.operations.keepLeases();
    const id = await one.launch();
    await settle();
    expect(await one.operations.shutdown(1000)).toEqual([]);
    const two = service('two', async ({ resume }) => resume, {}, 'resume');
    await two.operations.keepLeases();
    await clock.advance(0);
    await two.operations.idle();
    expect(await two.operations.get(id)).toMatchObject({ status: 'completed', attempt: 2, result: true });
  });
});

describe('a store that is unavailable', () => {
  test('does not lose the end of an operation', async () => {
    const { clock, store, service } = world();
    const gate = new Gate();
    const one = service('one', async () => {
      await gate.pass();
      return 42;
    });
    await one.operations.keepLeases();
    const id = await one.launch();
    await gate.reached;
    const transition = store.transition.bind(store);
    store.transition = () => Promise.reject(new KtrdrError('store_unavailable', 'restarting'));
    gate.open();
    await clock.advance(2000);
    expect((await store.get(id))?.operation.status).toBe('running');
    store.transition = transition;
    await clock.advance(5000);
    expect((await store.get(id))?.operation).toMatchObject({ status: 'completed', result: 42 });
  });

  test('gives owners the time of one lease to renew after an outage', async () => {
    const { clock, store, service } = world();
    const one = service('one', never);
    await one.operations.keepLeases();
    const id = await one.launch();
    const two = service('two', never);
    await two.operations.keepLeases();
    const there = {
      renew: store.renew.bind(store),
      takeOver: store.takeOver.bind(store),
      check: store.check.bind(store),
    };
    const away = () => Promise.reject(new KtrdrError('store_unavailable', 'restarting'));
    Object.assign(store, { renew: away, takeOver: away, check: away });
    await clock.advance(5 * LEASE_MS);
    Object.assign(store, there);
    await clock.advance(5 * LEASE_MS);
    expect((await store.get(id))?.epoch).toBe(1);
    expect(two.logger.messages('error')).toEqual(['the store cannot be used']);
  });
});

test('a retry is the next attempt and starts from zero progress', async () => {
  const { service } = world();
  const seen: boolean[] = [];
  const one = service('one', async ({ attempt, resume, progress, setResumable }) => {
    seen.push(resume);
    if (attempt > 1) return progress;
    progress.update({ percentage: 60 });
    setResumable(true);
    throw new KtrdrError('disk_full', 'full');
  });
  const id = await one.launch();
  await one.operations.idle();
  const before = await one.operations.get(id);
  expect(before).toMatchObject({ status: 'failed', resumable: true });
  const answer = await one.operations.retry(id);
  expect(answer.message).toBe('Attempt 2 of the dummy operation starts from the beginning.');
  expect((await one.operations.get(id)).progress.percentage).toBe(0);
  await one.operations.idle();
  expect(seen).toEqual([false, false]);
  await expect(one.operations.retry(id)).rejects.toMatchObject({ code: 'not_retryable' });
});
