import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { MigrateStrategyResponse } from '@ktrdr/contracts';
import { ROOT, Sandbox } from '@ktrdr/service-kit/testing';
import type { TestService } from '@ktrdr/service-kit/testing';

let sandbox: Sandbox;
let api: TestService;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  api = await sandbox.startApi('api');
});

afterAll(() => sandbox.close());

const legacy = join(ROOT, 'strategies/legacy_reversion.yaml');

async function ktrdr(...args: string[]): Promise<{ code: number | null; output: string }> {
  const cli = sandbox.ktrdr(api, args);
  const { code } = await cli.ended;
  return { code, output: cli.output };
}

test('ktrdr strategies migrate prints a valid v3 file', async () => {
  const { code, output } = await ktrdr('strategies', 'migrate', legacy, '--json');
  expect(code).toBe(0);
  const migrated = JSON.parse(output) as MigrateStrategyResponse;
  expect(migrated).toMatchObject({
    name: 'legacy_reversion',
    from: 'v2',
    notes: [expect.stringContaining('lookback_periods 3 is not used')],
  });
  const file = sandbox.path('legacy_reversion.yaml');
  await writeFile(file, migrated.strategy);
  expect(await ktrdr('strategies', 'validate', file)).toMatchObject({
    code: 0,
    output: expect.stringContaining('valid (v3)'),
  });
});

test.each([
  ['name: a\nindicators: [{name: rsi}]\nfuzzy_sets: {rsi: {low: [0, 1, 2]}}\n', 400, 'invalid_request'],
  ['name: [', 422, 'strategy_invalid'],
])('%j is rejected with %i', async (strategy, status, code) => {
  expect(await api.post('/strategies/migrate', { strategy })).toMatchObject({
    status,
    body: { success: false, error: { code } },
  });
});

test('a v3 file is printed unchanged', async () => {
  const file = join(ROOT, 'strategies/test_strategy.yaml');
  const { code, output } = await ktrdr('strategies', 'migrate', file);
  expect(code).toBe(0);
  expect(output).toBe(`${await readFile(file, 'utf8')}The file is already v3; nothing was changed.\n`);
});
