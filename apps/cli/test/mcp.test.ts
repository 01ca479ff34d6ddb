import { mkdir, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isTerminalStatus, type CreatedToken, type TypedOperation } from '@ktrdr/contracts';
import { dataOf, QUICK, request, Sandbox, type TestService, until } from '@ktrdr/service-kit/testing';
import { McpClient, type ToolResult } from './mcp-client.js';

/** 2,000 hours of a price that swings. */
function barsOfABroker(): string {
  const rows = Array.from({ length: 2_000 }, (_, hour) => {
    const time = new Date(Date.UTC(2024, 0, 1, hour)).toISOString().slice(0, 16).replace('T', ' ');
    const [open, close] = [hour, hour + 1].map((at) => 100 + 8 * Math.sin(at / 9) + 3 * Math.cos(at * 1.7));
    const [high, low] = [Math.max(open!, close!) + 0.5, Math.min(open!, close!) - 0.5];
    return [time, ...[open!, high, low, close!].map((price) => price.toFixed(2)), 1_000 + (hour % 7)].join(
      ',',
    );
  });
  return ['Date,Open,High,Low,Close,Volume', ...rows, ''].join('\n');
}

let sandbox: Sandbox;
let api: TestService;
let client: McpClient;

beforeAll(async () => {
  sandbox = await Sandbox.create();
  await writeFile(sandbox.path('broker.csv'), barsOfABroker());
  await mkdir(sandbox.path('strategies'));
  api = await sandbox.startApi('api', { STRATEGIES_DIR: sandbox.path('strategies') });
  client = await McpClient.start({ KTRDR_API_URL: api.url, HOME: sandbox.directory });
});

afterAll(async () => {
  expect(await client.stop()).toBe(0);
  await sandbox.close();
});

interface ListedTool {
  name: string;
  description: string;
  inputSchema: object;
  annotations: { readOnlyHint: boolean; destructiveHint: boolean };
}
const toolsOf = async (one: McpClient): Promise<ListedTool[]> =>
  (await one.request('tools/list'))['tools'] as ListedTool[];

/** More tokens than any tokenizer needs: one for five letters of a word, for three digits, and for any other character. */
function mostTokens(text: string): number {
  return text.match(/[A-Za-z]{1,5}|\d{1,3}|[^\sA-Za-z\d]/g)?.length ?? 0;
}

function dataIn<T>({ isError, content }: ToolResult): T {
  expect(content).toEqual({ data: expect.anything(), page: expect.stringContaining(`${api.url}/app/`) });
  expect(isError).toBe(false);
  return content.data as T;
}

test('there are at most 12 tools, which need at most 4,000 tokens and say what they change', async () => {
  const tools = await toolsOf(client);
  expect(tools.length).toBeLessThanOrEqual(12);
  expect(mostTokens(JSON.stringify(tools))).toBeLessThanOrEqual(4_000);
  const marks = tools.map(({ name, annotations: { readOnlyHint, destructiveHint } }) => [
    name,
    readOnlyHint ? 'reads' : destructiveHint ? 'replaces' : 'adds',
  ]);
  expect(Object.fromEntries(marks)).toEqual({
    overview: 'reads',
    list_bars: 'reads',
    strategy_schema: 'reads',
    read_strategies: 'reads',
    check_strategy: 'reads',
    read_models: 'reads',
    import_bars: 'adds',
    save_strategy: 'replaces',
    train_model: 'adds',
    backtest_model: 'adds',
    wait_for_operation: 'reads',
    cancel_operation: 'replaces',
  });
});

test('an agent goes from a CSV file to a judged model in at most 15 calls', async () => {
  const before = client.calls;
  expect(dataIn(await client.call('overview'))).toMatchObject({ caller: { role: 'admin' }, operations: [] });
  const file = { path: sandbox.path('broker.csv'), timeframe: '1h' };
  // the file has no symbol, and its name is none of a market
  const imported = dataIn<{ operation_id?: string; questions?: { choice: string }[] }>(
    await client.call('import_bars', { ...file, symbol: 'AAPL', choices: { timezone: 'UTC' } }),
  );
  expect(imported).toHaveProperty('operation_id');
  const bars = { operation_id: imported.operation_id };
  expect(dataIn(await client.call('wait_for_operation', bars))).toMatchObject({ status: 'completed' });
  expect(dataIn(await client.call('list_bars'))).toMatchObject({
    bars: [{ symbol: 'AAPL', timeframe: '1h' }],
  });
  expect(dataIn<string>(await client.call('strategy_schema', { part: 'example' }))).toContain('nn_inputs');
  const wrong = QUICK.replace('type: rsi', 'type: rsii');
  const checked = await client.call('check_strategy', { text: wrong });
  expect(dataIn(checked)).toMatchObject({
    valid: false,
    issues: expect.arrayContaining([
      expect.objectContaining({ line: expect.any(Number), message: expect.stringContaining('"rsi"') }),
    ]),
  });
  const saved = await client.call('save_strategy', { name: 'pattern', text: QUICK });
  expect(dataIn(saved)).toMatchObject({ created: true, issues: [] });
  const { operation_id } = dataIn<{ operation_id: string }>(
    await client.call('train_model', { strategy: 'pattern', seed: 1 }),
  );
  const outcome = dataIn(await client.call('wait_for_operation', { operation_id, seconds: 300 }));
  expect(outcome).toMatchObject({
    status: 'completed',
    verdict: {
      label: expect.stringMatching(/^(edge|no_edge|too_little_data)$/),
      reasons: expect.arrayContaining([expect.any(String)]),
    },
  });
  expect(dataIn(await client.call('read_models', { model: 'pattern/1h_v1' }))).toMatchObject({
    summary: { verdict: expect.any(String) },
  });
  expect(client.calls - before).toBeLessThanOrEqual(15);
  expect(client.progress).toContainEqual(
    expect.objectContaining({ total: 100, progress: expect.any(Number), message: expect.any(String) }),
  );
});

test('an error has a code, what is wrong and what to do', async () => {
  for (const [name, args, code, message] of [
    [
      'train_model',
      { strategy: 'nosuch' },
      'strategy_not_found',
      /There is no strategy "nosuch".*List all strategies: the tool read_strategies$/,
    ],
    [
      'save_strategy',
      { name: 'pattern', text: QUICK },
      'strategy_changed',
      /already a strategy pattern.*read the file first/,
    ],
    ['import_bars', { path: '/nosuch.csv' }, 'invalid_request', /is not a file\. Write its full path/],
    ['wait_for_operation', { operation_id: 'op_nosuch' }, 'operation_not_found', /./],
  ] as const) {
    const { isError, content } = await client.call(name, args);
    expect(isError).toBe(true);
    expect(content.error).toMatchObject({ code, message: expect.stringMatching(message) });
  }
});

test('a training is cancelled', async () => {
  const text = QUICK.replace(/epochs: \d+/, 'epochs: 100000');
  dataIn(
    await client.call('save_strategy', {
      name: 'endless',
      text: text.replace('name: pattern', 'name: endless'),
    }),
  );
  const { operation_id } = dataIn<{ operation_id: string }>(
    await client.call('train_model', { strategy: 'endless' }),
  );
  expect(dataIn(await client.call('wait_for_operation', { operation_id, seconds: 0.1 }))).toMatchObject({
    status: expect.stringMatching(/pending|running/),
  });
  // a client that gives up waiting does not end the training
  client.callAndCancel('wait_for_operation', { operation_id });
  const waiting = client.call('wait_for_operation', { operation_id, seconds: 300 });
  expect(dataIn(await client.call('cancel_operation', { operation_id, reason: 'enough' }))).toMatchObject({
    status: expect.stringMatching(/cancelling|cancelled/),
  });
  expect(dataIn(await waiting)).toMatchObject({ status: 'cancelled' });
  expect(dataOf(await request<TypedOperation>('GET', `${api.url}/operations/${operation_id}`))).toMatchObject(
    {
      cancel_reason: 'enough',
    },
  );

  // the client never gets the id of the operation that a cancelled call starts
  client.callAndCancel('train_model', { strategy: 'endless' });
  client.callAndCancel('import_bars', { path: sandbox.path('broker.csv'), symbol: 'MSFT', timeframe: '1h' });
  const { operations } = await until(
    'nothing runs',
    async () => dataIn<{ operations: TypedOperation[] }>(await client.call('overview', { limit: 20 })),
    ({ operations: all }) => all.every(({ status }) => isTerminalStatus(status)),
  );
  const started = operations.filter((one) => one.operation_id !== operation_id && one.status !== 'completed');
  expect(started.map(({ status }) => status).filter((status) => status !== 'cancelled')).toEqual([]);
  expect(dataIn<{ bars: { symbol: string }[] }>(await client.call('list_bars')).bars).toEqual([
    expect.objectContaining({ symbol: 'AAPL' }),
  ]);
});

test('a token that only reads gets the tools that read', async () => {
  const token = async (name: string, role: string): Promise<string> =>
    dataOf(await api.post<CreatedToken>('/tokens', { name, role })).token;
  const admin = await token('alice', 'admin');
  const headers = { authorization: `Bearer ${admin}`, 'content-type': 'application/json' };
  const created = await fetch(`${api.url}/tokens`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ name: 'reader', role: 'read' }),
  });
  const { data } = (await created.json()) as { data: CreatedToken };
  const env = { KTRDR_API_URL: api.url, KTRDR_TOKEN: data.token, HOME: sandbox.directory };
  const reader = await McpClient.start(env);
  const tools = await toolsOf(reader);
  expect(tools.filter(({ annotations }) => !annotations.readOnlyHint)).toEqual([]);
  expect(tools).toHaveLength(7);
  await expect(reader.call('train_model', { strategy: 'pattern' })).rejects.toThrow();
  expect(await reader.stop()).toBe(0);
});
