import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCommandLine } from '../src/program.js';
import { eventually, type TestContext, testContext } from './test-context.js';
import { operation, WireServer } from './wire-server.js';

let server: WireServer;
let context: TestContext;
const run = (...args: string[]) => runCommandLine(context, args);

beforeEach(async () => {
  server = await WireServer.start();
  context = testContext(server.url);
});
afterEach(() => server.close());

const one = operation({ operation_id: 'op_1', status: 'running' });
const two = operation({ operation_id: 'op_2', status: 'pending' });
const ended = operation({ operation_id: 'op_3', status: 'completed' });

function listed(...all: object[]): void {
  server.answers.set('GET /operations', () => ({
    data: { operations: all, total_count: all.length, active_count: all.length },
  }));
}

const changes = () => server.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);

describe('operations cancel with filters', () => {
  test('shows what it would cancel, and refuses without a terminal and without --yes', async () => {
    listed(one, two, ended);
    await expect(run('operations', 'cancel', '--type', 'dummy', '--since', '1d')).rejects.toMatchObject({
      exitCode: 2,
      message: 'Nothing was changed: there is no terminal for a confirmation. Add --yes to cancel these 2.',
    });
    expect(context.stderr()).toMatch(
      /op_1 .*\n.*op_2 .*\n\n {2}2 operations to cancel \(dummy, since .*\); 1 more match, but cannot be cancelled/,
    );
    expect(context.stderr()).not.toContain('op_3');
    expect(server.requests[0]?.query).toMatchObject({ type: 'dummy', since: expect.stringMatching(/Z$/) });
    expect(changes()).toEqual([]);
  });

  test('asks on a terminal, and changes nothing after no', async () => {
    listed(one);
    context.input.isTTY = true;
    context.input.write('n\n');
    expect(await run('operations', 'cancel', '--search', 'x')).toBe(130);
    expect(context.stderr()).toMatch(/Cancel it\? \[y\/N\] Nothing was changed\./);
    expect(changes()).toEqual([]);
  });

  test('sends a request for exactly those that it showed, waits for their ends, and says what happened', async () => {
    listed(one, two);
    server.set(one);
    server.set(two);
    const cancelled = run('operations', 'cancel', '--search', 'x', '--yes', '--reason', 'tidy');
    await eventually('both are followed', () => server.streams === 2);
    // a new operation that matches too is left alone
    server.set(operation({ operation_id: 'op_9', status: 'running' }));
    server.change('op_1', { status: 'cancelled' });
    expect(context.stdout()).not.toContain('op_2');
    server.change('op_2', { status: 'completed' });
    expect(await cancelled).toBe(1);
    expect(changes().toSorted()).toEqual(['/operations/op_1/cancel', '/operations/op_2/cancel']);
    expect(context.stdout()).toContain('op_1 cancelled');
    expect(context.stdout()).toContain('op_2 had ended before: completed');
    expect(context.stderr()).toMatch(/1 cancelled, 1 had ended before\.\n$/);
  });

  test('Ctrl+C detaches: the cancels continue', async () => {
    listed(one);
    server.set(one);
    const cancelled = run('operations', 'cancel', '--search', 'x', '--yes');
    await eventually('it is followed', () => server.streams === 1);
    context.signals.emit('SIGINT');
    expect(await cancelled).toBe(130);
    expect(context.stderr()).toMatch(/1 not waited for\.\n$/);
    const [cancel] = server.requests.filter(({ path }) => path.endsWith('/cancel'));
    expect(cancel!.body).toEqual({
      reason: expect.stringMatching(/^ktrdr operations cancel( by .+)? on .+$/),
    });
  });
});

test('operations retry continues after a refusal, and exits with 1', async () => {
  listed({ ...one, status: 'failed' }, { ...two, status: 'cancelled' });
  server.answers.set('POST /operations/op_1/retry', () => ({
    data: { operation_id: 'op_1', status: 'started', message: '' },
  }));
  server.answers.set('POST /operations/op_2/retry', () => ({
    status: 409,
    error: { code: 'not_retryable', message: 'No.' },
  }));
  expect(await run('operations', 'retry', '--status', 'failed,cancelled', '--yes')).toBe(1);
  expect(context.stdout()).toContain('op_1 started again');
  expect(context.stderr()).toContain('op_2: No.');
  expect(context.stderr()).toContain('1 started again, 1 refused.');
});

test('named operations are changed as a filter would, and an unknown one stops everything', async () => {
  server.set({ ...one, status: 'failed' });
  await expect(run('operations', 'retry', 'op_1', 'op_0', '--yes')).rejects.toMatchObject({
    code: 'operation_not_found',
  });
  expect(changes()).toEqual([]);
});

test.each([
  [['operations', 'cancel'], /Which operation\? Name its id, or choose several with --status/],
  [['operations', 'retry', 'op_1', '--status', 'failed'], /Name operations, or choose them .* not both/],
])('%j is refused', async (args, message) => {
  await expect(run(...args)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
  expect(server.requests).toEqual([]);
});

test('filters that match nothing change nothing', async () => {
  listed(ended);
  expect(await run('operations', 'cancel', '--search', 'x', '--yes')).toBe(0);
  expect(context.stderr()).toBe(
    "No operation to cancel (with 'x'). 1 operation matches, but none is active.\n",
  );
});

describe('operations list --watch', () => {
  test('with --json prints a line after each change; Ctrl+C ends with 0', async () => {
    listed(one);
    const watched = run('operations', 'list', '--watch', '--json');
    await eventually('the first list', () => context.stdout().includes('op_1'));
    listed(one, two);
    await eventually('the second list', () => context.stdout().includes('op_2'));
    context.signals.emit('SIGINT');
    expect(await watched).toBe(0);
    const lines = context.stdout().trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { total_count: number }).total_count)).toEqual([1, 2]);
  });

  test('continues while the API does not answer', async () => {
    listed(one);
    const watched = run('operations', 'list', '--watch');
    await eventually('the first list', () => context.stdout().includes('op_1'));
    await server.close();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await server.listen();
    listed(two);
    await eventually('the second list', () => context.stdout().includes('op_2'));
    context.signals.emit('SIGINT');
    expect(await watched).toBe(0);
  });

  test('that cannot be loaded once is an error', async () => {
    await server.close();
    await expect(run('operations', 'list', '--watch')).rejects.toMatchObject({ exitCode: 1 });
    await server.listen();
  });
});
