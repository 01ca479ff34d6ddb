/** What the pictures show. */
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../workspace.mjs';

const PATIENCE_MS = 240_000;
const SAMPLES = [
  { symbol: 'SP500', timeframe: '1d' },
  { symbol: 'AAPL', timeframe: '1h', start_date: '2021-01-01', end_date: '2024-12-31' },
  { symbol: 'AAPL', timeframe: '1d', start_date: '2010-01-01', end_date: '2024-12-31' },
  { symbol: 'GOOG', timeframe: '1d', start_date: '2010-01-01', end_date: '2024-12-31' },
  { symbol: 'EURUSD', timeframe: '1h', start_date: '2022-01-01', end_date: '2024-12-31' },
];

/** Starts an API, and gives it bars, trainings that have ended, and three that run until the sandbox closes. */
export async function fillWorld(sandbox) {
  const strategies = sandbox.path('strategies');
  cpSync(join(ROOT, 'strategies'), strategies, { recursive: true });
  writeFileSync(join(strategies, 'my_first.yaml'), strategyWithError());
  writeFileSync(sandbox.path('EURUSD_M15.csv'), exportedBars());
  const api = await sandbox.startApi('pictures', {
    STRATEGIES_DIR: strategies,
    TRAINING_MAX_LOCAL: '3',
    // the pace of `startRunning` slows this engine only
    TRAINING_ENGINE: 'onnx',
  });
  const post = async (path, body) => {
    const { status, body: answer } = await api.post(path, body);
    if (!answer.success) throw new Error(`${path}: ${status} ${JSON.stringify(answer.error)}`);
    return answer.data;
  };
  for (const sample of SAMPLES) await post('/data/sample', sample);
  const train = async (body) => {
    const id = await api.startTraining({ detailed_analytics: true, ...body });
    const { status, error } = await api.untilEnded(id, PATIENCE_MS);
    if (status !== 'completed') throw new Error(`${id} is ${status}: ${JSON.stringify(error)}`);
    return id;
  };
  const world = { sandbox, api, ids: {} };
  world.ids.walkForward = await train({ strategy_name: 'sp500_daily', walk_forward: 4, seed: 7 });
  world.ids.other = await train({ strategy_name: 'lstm_barriers' });
  await train({ strategy_name: 'two_symbols_daily' });
  world.ids.verdict = await train({ strategy_name: 'sp500_daily', seeds: 3 });
  await startRunning(world, strategies);
  return world;
}

/** Three trainings that run until the first pictures are taken. The page shows their files without a sign of the slowness. */
async function startRunning({ api, ids }, strategies) {
  const start = (strategy_name, paceMs, options) => {
    appendFileSync(join(strategies, `${strategy_name}.yaml`), `\n# pace: ${paceMs} ms a step\n`);
    return api.startTraining({ strategy_name, ...options });
  };
  await start('triple_barrier_hourly', 400, {});
  await start('two_symbols_daily', 200, { seed: 3 });
  ids.training = await start('sp500_daily', 60, { seed: 11, detailed_analytics: true });
  await untilEpoch(api, ids.training, 3);
}

async function untilEpoch(api, id, epoch) {
  await api.untilOperation(id, ({ progress }) => (progress.context.current_epoch ?? 0) >= epoch, PATIENCE_MS);
}

/** The strategy of docs/getting-started.md, with a misspelt type of an indicator. */
function strategyWithError() {
  const guide = readFileSync(join(ROOT, 'docs/getting-started.md'), 'utf8');
  const [, text] = /```yaml file=strategies\/my_first.yaml\n(.*?)```/s.exec(guide) ?? [];
  if (text === undefined) throw new Error('docs/getting-started.md has no strategies/my_first.yaml');
  return text.replace('type: rsi,', 'type: rsii,');
}

/** 15m bars as MetaTrader 5 exports them: without a time zone. */
function exportedBars() {
  const header = '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>';
  let close = 1.0812;
  const rows = Array.from({ length: 4_000 }, (_, bar) => {
    const [date, time] = new Date(Date.UTC(2024, 0, 1) + bar * 900_000).toISOString().slice(0, 19).split('T');
    const open = close;
    close += 0.0004 * Math.sin(bar / 17) * Math.cos(bar / 5.3) + 0.00005 * Math.sin(bar * 7.7);
    const prices = [open, Math.max(open, close) + 0.0001, Math.min(open, close) - 0.0001, close];
    return [
      date.replaceAll('-', '.'),
      time,
      ...prices.map((price) => price.toFixed(5)),
      300 + (bar % 97),
      0,
      8,
    ].join('\t');
  });
  return [header, ...rows].join('\n');
}

/** Moves a heading to the top of the window. */
async function show(page, selector) {
  await page.locator(selector).first().waitFor();
  await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).scrollIntoView()`);
}

/** Each picture: the page's address, and what is done there before. */
export const PICTURES = [
  // first those that show what runs
  { name: 'operations', path: () => '/app/operations' },
  { name: 'overview', path: () => '/' },
  {
    name: 'training',
    path: ({ ids }) => `/app/operations/${ids.training}`,
    // so that there is a curve
    prepare: (page, { api, ids }) => untilEpoch(api, ids.training, 12),
  },
  { name: 'verdict', path: ({ ids }) => `/app/operations/${ids.verdict}` },
  {
    name: 'equity',
    path: ({ ids }) => `/app/operations/${ids.verdict}`,
    prepare: (page) => show(page, '#money'),
  },
  { name: 'compare', path: ({ ids }) => `/app/compare?ids=${ids.verdict},${ids.walkForward}` },
  {
    name: 'model',
    path: () => '/app/models/sp500_daily/1d_v2',
    prepare: (page) => show(page, '.decisions'),
  },
  { name: 'strategy', path: () => '/app/strategies/my_first' },
  {
    name: 'import',
    path: () => '/app/data/import',
    async prepare(page, { sandbox }) {
      await page.locator('input[type=file]').setInputFiles(sandbox.path('EURUSD_M15.csv'));
      await page.locator('.preview').first().waitFor();
    },
  },
  { name: 'data', path: () => '/app/data' },
];
