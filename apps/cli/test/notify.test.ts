import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Webhook } from '@ktrdr/contracts';
import { runCommandLine } from '../src/program.js';
import { type TestContext, testContext } from './test-context.js';
import { WireServer } from './wire-server.js';

let server: WireServer;
let context: TestContext;

beforeEach(async () => {
  server = await WireServer.start();
  context = testContext(server.url);
});
afterEach(() => server.close());

const run = (...words: string[]) => runCommandLine(context, ['notify', ...words]);

const WEBHOOK: Webhook = {
  id: 'wh_k3f9a1b2c4',
  url: 'https://a.example/ktrdr',
  on: ['failed', 'edge'],
  name: 'desk',
  created_at: '2026-01-05T09:28:00.000Z',
  created_by: 'alice',
  waiting: 0,
  dropped: 0,
  last_delivery: null,
};

test('notify add sends what was typed; stdout has only the secret, and stderr says how to try it', async () => {
  server.answers.set('POST /notifications', () => ({ data: { ...WEBHOOK, secret: 'whsec_1' } }));
  expect(await run('add', WEBHOOK.url, '--on', 'failed, edge', '--name', 'desk')).toBe(0);
  expect(server.requests).toMatchObject([
    { path: '/notifications', body: { url: WEBHOOK.url, on: ['failed', 'edge'], name: 'desk' } },
  ]);
  expect(context.stdout()).toBe('whsec_1\n');
  expect(context.stderr()).toContain(
    'Webhook wh_k3f9a1b2c4 listens to failed, edge. Try it: ktrdr notify test wh_k3f9a1b2c4',
  );
});

const LISTED: [string, Partial<Webhook>, RegExp[]][] = [
  ['without a delivery', {}, [/wh_k3f9a1b2c4 {2}desk {2}failed, edge {2}https:\S+ {2}none\n/]],
  ['without a name', { name: null }, [/wh_k3f9a1b2c4 {2}- {5}failed, edge/]],
  [
    'whose receiver fails',
    {
      waiting: 2,
      last_delivery: {
        at: '2026-01-05T09:30:00.000Z',
        operation_id: 'op_1',
        outcome: 'retrying',
        tries: 3,
        status: 500,
        problem: 'The receiver answered HTTP 500.',
      },
    },
    [/retrying \S.*, 2 waiting\n/, /\n {2}wh_k3f9a1b2c4: The receiver answered HTTP 500\.\n/],
  ],
  [
    'that lost messages',
    { dropped: 1 },
    [/ {2}wh_k3f9a1b2c4: 1 message dropped, because too many were waiting\.\n/],
  ],
];

test.each(LISTED)('notify list shows a webhook %s', async (_, change, shown) => {
  server.answers.set('GET /notifications', () => ({ data: { webhooks: [{ ...WEBHOOK, ...change }] } }));
  expect(await run('list')).toBe(0);
  for (const text of shown) expect(context.stdout()).toMatch(text);
});

test('notify list without webhooks says how to add one', async () => {
  server.answers.set('GET /notifications', () => ({ data: { webhooks: [] } }));
  expect(await run('list')).toBe(0);
  expect(context.stdout()).toContain('Add one: ktrdr notify add URL --on completed,failed,edge');
});

test.each([
  [{ delivered: true, status: 204, duration_ms: 12, problem: null }, 0, 'HTTP 204 after 12 ms'],
  [
    { delivered: false, status: null, duration_ms: 5, problem: 'It refused.' },
    1,
    'Not delivered. It refused.',
  ],
])('notify test of %j: exit %i', async (outcome, code, shown) => {
  server.answers.set('POST /notifications/wh_1/test', () => ({ data: { id: 'wh_1', ...outcome } }));
  expect(await run('test', 'wh_1')).toBe(code);
  expect(context.stdout()).toContain(shown);
});

test('notify remove names what it removed', async () => {
  server.answers.set('DELETE /notifications/wh_k3f9a1b2c4', () => ({ data: WEBHOOK }));
  expect(await run('remove', WEBHOOK.id)).toBe(0);
  expect(context.stdout()).toBe('Webhook wh_k3f9a1b2c4 (https://a.example/ktrdr) is removed.\n');
});
