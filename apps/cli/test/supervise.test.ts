import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type ExitCode } from '../src/exit-code.js';
import { runCommandLine } from '../src/program.js';
import { eventually, type TestContext, testContext } from './test-context.js';
import { operation, progress, WireServer } from './wire-server.js';

const { operation_id: ID } = operation();
const START = ['dummy', 'start'];

describe('an operation in the CLI', () => {
  let server: WireServer;
  let context: TestContext;

  beforeEach(async () => {
    server = await WireServer.start();
    context = testContext(server.url);
    server.answers.set('POST /dummy/start', () => {
      server.set(operation());
      return { data: { operation_id: ID, status: 'started', message: 'Dummy task started' } };
    });
  });
  afterEach(() => server.close());

  const run = (...args: string[]): Promise<ExitCode> => runCommandLine(context, args);
  const cancels = () => server.requests.filter(({ path }) => path.endsWith('/cancel'));
  const following = () => eventually('it is followed', () => server.streams === 1);
  /** Ctrl+C as npm forwards it: twice within milliseconds. */
  const pressCtrlC = () => {
    context.signals.emit('SIGINT');
    context.signals.emit('SIGINT');
  };
  /** Waits longer than the interval in which two signals count as one Ctrl+C. */
  const waitForNextPress = () => context.clock.sleep(320);
  const complete = () =>
    server.change(ID, {
      status: 'completed',
      completed_at: '2026-11-23T10:15:12.000Z',
      progress: progress({ percentage: 100 }),
      result: { iterations_completed: 5, duration_seconds: 12 },
    });

  test('is started, shown and completed: exit 0', async () => {
    const running = run(...START, '--iterations', '5', '--duration', '0.5');
    await following();
    server.change(ID, { progress: progress({ percentage: 40, current_step: 'Running dummy task' }) });
    await eventually('a line is printed', () => context.stdout().includes('[  0.0%]'));
    complete();
    expect(await running).toBe(0);
    expect(server.requests[0]?.body).toEqual({ iterations: 5, duration_seconds: 0.5 });
    expect(context.stdout()).toContain(`Operation ${ID}\n`);
    expect(context.stdout()).toContain('[ 40.0%] Running dummy task');
    expect(context.stdout()).toContain('completed in 12s\n\n  iterations completed   5\n');
    expect(context.stderr()).toBe('');
  });

  test('prints each warning once, as soon as it is known, and all of them', async () => {
    const running = run(...START);
    await following();
    const early = Array.from({ length: 9 }, (_, index) => `Warning ${index}.`);
    server.change(ID, { warnings: early });
    await eventually('the warnings are printed', () => context.stdout().includes('warning: Warning 8.'));
    expect(context.stdout()).not.toContain('completed');
    server.change(ID, { warnings: [...early, 'A late one.'] });
    complete();
    expect(await running).toBe(0);
    for (const warning of [...early, 'A late one.'])
      expect(context.stdout().split(`warning: ${warning}`)).toHaveLength(2);
  });

  test('that fails prints the reason on stderr: exit 1', async () => {
    const running = run(...START);
    await following();
    server.change(ID, { status: 'failed', error: { code: 'disk_full', message: 'The disk is full.' } });
    expect(await running).toBe(1);
    expect(context.stderr()).toBe('failed: The disk is full.\n');
  });

  test('that the API rejects gives the reason: exit 2', async () => {
    server.answers.set('POST /dummy/start', () => ({
      status: 400,
      error: { code: 'invalid_request', message: 'iterations must be at least 1.' },
    }));
    await expect(run(...START)).rejects.toMatchObject({
      exitCode: 2,
      message: 'iterations must be at least 1.',
    });
  });

  describe('that is resumed', () => {
    const RESUME = ['operations', 'resume', ID];
    beforeEach(() => {
      server.answers.set(`POST /operations/${ID}/resume`, () => {
        server.set(operation({ attempt: 2, progress: progress({ percentage: 40 }) }));
        return { data: { operation_id: ID, status: 'started', message: 'Attempt 2 continues' } };
      });
    });

    test('is followed to the end', async () => {
      const running = run(...RESUME);
      await following();
      complete();
      expect(await running).toBe(0);
      expect(context.stdout()).toContain('[ 40.0%]');
    });

    test('can be retried instead', async () => {
      server.answers.set(`POST /operations/${ID}/retry`, () => {
        server.set(operation({ attempt: 2 }));
        return { data: { operation_id: ID, status: 'started', message: 'Attempt 2 starts' } };
      });
      expect(await run('operations', 'retry', ID, '--detach')).toBe(0);
      expect(context.stdout()).toContain('Attempt 2 starts\n');
    });

    test('keeps running after Ctrl+C', async () => {
      const running = run(...RESUME);
      await following();
      pressCtrlC();
      expect(await running).toBe(130);
      expect(cancels()).toEqual([]);
      expect(context.stderr()).toContain(`ktrdr operations follow ${ID}`);
    });

    test('is not waited for with --detach', async () => {
      expect(await run(...RESUME, '--detach')).toBe(0);
      expect(context.stdout()).toContain('Attempt 2 continues\n');
    });

    test('although it is not resumable gives the reason', async () => {
      server.answers.set(`POST /operations/${ID}/resume`, () => ({
        status: 409,
        error: { code: 'not_resumable', message: 'It has completed.' },
      }));
      await expect(run(...RESUME)).rejects.toMatchObject({ message: 'It has completed.' });
    });
  });

  test('that ended resumable prints the command to resume it', async () => {
    const running = run(...START);
    await following();
    const error = { code: 'trainer_crashed', message: 'Gone.' } as const;
    server.change(ID, { status: 'failed', resumable: true, error });
    expect(await running).toBe(1);
    expect(context.stderr()).toBe(`failed: Gone.\n  to resume it: ktrdr operations resume ${ID}\n`);
  });

  test('Ctrl+C cancels once, waits for the confirmation and exits 130', async () => {
    const running = run(...START);
    await following();
    pressCtrlC();
    await eventually('the cancel has arrived', () => cancels().length > 0);
    server.change(ID, { status: 'cancelled', completed_at: '2026-11-23T10:15:03.000Z' });
    expect(await running).toBe(130);
    expect(cancels()).toMatchObject([
      { body: { reason: expect.stringMatching(/^Ctrl\+C in ktrdr( by .+)? on .+$/) } },
    ]);
    expect(context.stdout()).toContain(
      `cancelled after 3.0s\n  to start it again: ktrdr operations retry ${ID}\n`,
    );
  });

  test('Ctrl+C while the start is in flight cancels as soon as the id is known', async () => {
    let answer = () => {};
    server.answers.set('POST /dummy/start', async () => {
      await new Promise<void>((resolve) => (answer = resolve));
      server.set(operation());
      return { data: { operation_id: ID, status: 'started', message: 'started' } };
    });
    const running = run(...START, '--detach');
    await eventually('the start has arrived', () => server.requests.length === 1);
    pressCtrlC();
    answer();
    await eventually('the cancel has arrived', () => cancels().length === 1);
    server.change(ID, { status: 'cancelled' });
    expect(await running).toBe(130);
  });

  test('a second Ctrl+C exits immediately and says that the cancel continues', async () => {
    const running = run(...START);
    await following();
    pressCtrlC();
    await eventually('it is being cancelled', () => context.stdout().includes('Cancelling'));
    await waitForNextPress();
    pressCtrlC();
    expect(await running).toBe(130);
    expect(context.stderr()).toBe(
      `Detached. The operation is still being cancelled.\n  show it: ktrdr operations show ${ID}\n`,
    );
  });

  test('that completes before the cancel takes effect is completed: exit 0', async () => {
    server.answers.set(`POST /operations/${ID}/cancel`, () => {
      complete();
      return { status: 409, error: { code: 'operation_ended', message: 'It has ended.' } };
    });
    const running = run(...START);
    await following();
    pressCtrlC();
    expect(await running).toBe(0);
    expect(context.stdout()).toContain('completed in 12s, before the cancel took effect');
  });

  test('a cancel that the API rejects is reported, and the operation is followed further', async () => {
    server.answers.set(`POST /operations/${ID}/cancel`, () => ({
      status: 500,
      error: { code: 'internal_error', message: 'Something is broken.' },
    }));
    const running = run(...START);
    await following();
    pressCtrlC();
    await eventually('it is said', () =>
      context.stdout().includes('refused the cancel: Something is broken.'),
    );
    complete();
    expect(await running).toBe(0);
    expect(context.stdout()).not.toContain('before the cancel took effect');
  });

  test('a cancel during an outage is sent when the API is back', async () => {
    const running = run(...START);
    await following();
    await server.close();
    pressCtrlC();
    await eventually('it is said', () =>
      context.stdout().includes('The cancel will be sent when it responds'),
    );
    await server.listen();
    await eventually('the cancel has arrived', () => cancels().length === 1);
    server.change(ID, { status: 'cancelled' });
    expect(await running).toBe(130);
  });

  test('SIGTERM ends the CLI, and the operation continues', async () => {
    const running = run(...START);
    await following();
    context.signals.emit('SIGTERM');
    expect(await running).toBe(143);
    expect(cancels()).toEqual([]);
    expect(context.stderr()).toContain(`ktrdr operations follow ${ID}`);
    expect(context.signals.listenerCount('SIGINT')).toBe(0);
  });

  test('--detach returns immediately and prints the commands to follow and cancel', async () => {
    expect(await run(...START, '--detach')).toBe(0);
    expect(context.stdout()).toBe(
      `Dummy task started\n\n  follow it: ktrdr operations follow ${ID}\n  cancel it: ktrdr operations cancel ${ID}\n`,
    );
  });

  test('--json prints the ended operation and nothing else', async () => {
    const running = run(...START, '--json');
    await following();
    const ended = complete();
    expect(await running).toBe(0);
    expect(JSON.parse(context.stdout())).toEqual(ended);
    expect(context.stderr()).toBe('');
  });

  test('--json --detach prints the start response', async () => {
    expect(await run(...START, '--json', '--detach')).toBe(0);
    expect(JSON.parse(context.stdout())).toEqual({
      operation_id: ID,
      status: 'started',
      message: 'Dummy task started',
    });
  });

  test('--json --verbose shows progress and each request on stderr', async () => {
    const running = run(...START, '--json', '--verbose');
    await following();
    complete();
    expect(await running).toBe(0);
    expect(JSON.parse(context.stdout())).toMatchObject({ status: 'completed' });
    expect(context.stderr()).toContain('POST /dummy/start -> 200');
    expect(context.stderr()).toContain('[  0.0%]');
  });

  test('operations follow: the operation keeps running after Ctrl+C', async () => {
    server.set(operation());
    const running = run('operations', 'follow', ID);
    await following();
    pressCtrlC();
    expect(await running).toBe(130);
    expect(cancels()).toEqual([]);
    expect(context.stderr()).toBe(
      `Detached. The operation continues.\n  follow it: ktrdr operations follow ${ID}\n  cancel it: ktrdr operations cancel ${ID}\n`,
    );
  });

  test.each([
    ['completed', 0],
    ['failed', 1],
    ['cancelled', 130],
  ] as const)('operations follow: status %s gives exit code %i', async (status, exitCode) => {
    server.set(operation({ status }));
    expect(await run('operations', 'follow', ID)).toBe(exitCode);
  });

  test('operations cancel returns when the operation is cancelled: exit 0', async () => {
    server.set(operation());
    const running = run('operations', 'cancel', ID, '--reason', 'wrong file', '--force');
    await following();
    server.change(ID, { status: 'cancelled' });
    expect(await running).toBe(0);
    expect(cancels()).toEqual([
      {
        method: 'POST',
        path: `/operations/${ID}/cancel`,
        query: {},
        body: { reason: 'wrong file', force: true },
      },
    ]);
    expect(context.stdout()).toContain('cancelled\n');
  });

  test('operations cancel of an operation that completes anyway: exit 1', async () => {
    server.set(operation());
    const running = run('operations', 'cancel', ID);
    await following();
    complete();
    expect(await running).toBe(1);
    expect(context.stdout()).toContain('before the cancel took effect');
  });
});
