/**
 * Imports 1,000,000 one-minute bars: from plain CSV, alternating with pandas' read_csv on the same file, and from ten dialects. Each
 * import runs in a separate process, so that its peak memory is its own. Reading finds out what the file means; an import also
 * stores the bars. The mark counts processor time, which other work on the machine changes little. pandas needs a Python that has it: `IMPORT_PYTHON=/path/to/python`, or `python3`. Arguments: `--rows N`,
 * `--no-peers`.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { ImportChoices } from '@ktrdr/contracts';
import {
  TIME_FORMS,
  offsetByIntl,
  writeDialect,
  type Dialect,
  type DialectBar,
} from '@ktrdr/data-import/testing';
import { findPython } from './peer.js';
import { median, printRow, report, type ReportRow } from './report.js';

const { values } = parseArgs({
  options: { rows: { type: 'string', default: '1000000' }, 'no-peers': { type: 'boolean', default: false } },
});
const ROWS = Number(values.rows);
const ROUNDS = 3;
const MINUTE_MS = 60_000;
/** What an import of plain CSV may take. */
const MOST_MS = 2000;
const MOST_MEGABYTES = 200;

const run = promisify(execFile);
const PROGRAM = join(import.meta.dirname, 'import/one-import-process.js');
const PEER = join(import.meta.dirname, '../peers/import_peers.py');

const PLAIN: Dialect = {
  separator: ',',
  quotes: 'needed',
  header: { names: ['timestamp', 'open', 'high', 'low', 'close', 'volume'], clock: 'time', symbol: 'symbol' },
  decimal: '.',
  decimals: 4,
  newestFirst: false,
  encoding: 'utf8',
  lineEnd: '\n',
  endsWithLineEnd: true,
  packing: 'none',
  symbols: [],
  placeholder: '',
};
const METATRADER = {
  names: ['<DATE>', '<OPEN>', '<HIGH>', '<LOW>', '<CLOSE>', '<VOL>'],
  clock: '<TIME>',
  symbol: '<TICKER>',
};

interface Case {
  name: string;
  form: keyof typeof TIME_FORMS;
  dialect: Partial<Dialect>;
  choices: ImportChoices;
}

const CASES: readonly Case[] = [
  { name: 'ISO, commas', form: 'ISO, Z', dialect: {}, choices: {} },
  { name: 'unix ms', form: 'unix ms', dialect: {}, choices: {} },
  { name: 'offsets, zip', form: 'ISO, offset', dialect: { packing: 'zip' }, choices: {} },
  { name: 'unix s, gz', form: 'unix s', dialect: { packing: 'gz' }, choices: {} },
  {
    name: 'local times of New York',
    form: 'ISO, local',
    dialect: { quotes: 'all' },
    choices: { timezone: 'America/New_York' },
  },
  {
    name: 'tabs, two columns',
    form: 'YYYY.MM.DD, HH:mm',
    dialect: { separator: '\t', header: METATRADER, lineEnd: '\r\n' },
    choices: { timezone: 'UTC' },
  },
  {
    name: 'no header, semicolons',
    form: 'YYYYMMDD HHmmss',
    dialect: { separator: ';', header: null },
    choices: { timezone: '-05:00', stamps: 'open' },
  },
  {
    name: 'decimal comma',
    form: 'DD.MM.YYYY, HH:mm:ss',
    dialect: { separator: ';', decimal: ',' },
    choices: { timezone: 'UTC' },
  },
  {
    name: 'AM and PM, newest first',
    form: 'M/D/YYYY h:mm A',
    dialect: { newestFirst: true },
    choices: { timezone: 'UTC' },
  },
  {
    name: 'UTF-16, month names',
    form: 'DD-Mon-YY',
    dialect: { encoding: 'utf-16le', separator: '\t' },
    choices: { timezone: 'UTC' },
  },
];

function* bars(): Generator<DialectBar> {
  const first = Date.UTC(2020, 0, 1);
  let close = 100;
  for (let row = 0; row < ROWS; row += 1) {
    const open = close;
    close = Math.max(1, close + (((row * 7919) % 2001) - 1000) / 5000);
    const [high, low] = [Math.max(open, close) + 0.01, Math.min(open, close) - 0.01];
    yield { time: first + row * MINUTE_MS, open, high, low, close, volume: 1_000 + ((row * 31) % 100_000) };
  }
}

async function writeCase(path: string, { form, dialect, choices }: Case): Promise<number> {
  const { write } = TIME_FORMS[form]!;
  const zone = choices.timezone === 'America/New_York' ? choices.timezone : 'UTC';
  const rows = Array.from(bars(), (bar) => ({
    symbol: 0,
    times: write({ instant: bar.time, offset: zone === 'UTC' ? 0 : offsetByIntl(zone, bar.time), zone }),
    bar,
    isPlaceholder: false,
  }));
  const bytes = writeDialect(rows, { ...PLAIN, ...dialect });
  await writeFile(path, bytes);
  return bytes.length;
}

interface Took {
  rows: number;
  readMs: number;
  readProcessorMs: number;
  /** Of our imports: with storing. */
  importMs?: number;
  importProcessorMs?: number;
  megabytes: number;
}

async function measure(program: string, args: string[]): Promise<Took> {
  const { stdout } = await run(program, args);
  return JSON.parse(stdout) as Took;
}

async function ours(path: string, { dialect, choices }: Case, folder: string): Promise<Took> {
  const dataDir = await mkdtemp(join(folder, 'data-'));
  const name = `BENCH.csv${dialect.packing === undefined ? '' : `.${dialect.packing}`}`;
  try {
    return await measure(process.execPath, [PROGRAM, path, name, JSON.stringify(choices), dataDir]);
  } finally {
    await rm(dataDir, { recursive: true });
  }
}

function rowOf(name: string, bytes: number, rounds: readonly Took[], isMark: boolean): ReportRow {
  const of = (value: (took: Took) => number | undefined): number | null => {
    const measured = rounds.map(value).filter((time) => time !== undefined);
    return measured.length === 0 ? null : Math.round(median(measured));
  };
  const whole = of((took) => took.importProcessorMs);
  const megabytes = of((took) => took.megabytes);
  return {
    what: name,
    rows: rounds[0]!.rows,
    'file MB': Math.round(bytes / 1e5) / 10,
    'read ms': of((took) => took.readMs),
    'read, processor ms': of((took) => took.readProcessorMs),
    'import ms': of((took) => took.importMs),
    'import, processor ms': whole,
    'peak MB': megabytes,
    mark: isMark ? `${MOST_MS} ms, ${MOST_MEGABYTES} MB` : '',
    reached: isMark ? whole! <= MOST_MS && megabytes! <= MOST_MEGABYTES : null,
  };
}

const folder = await mkdtemp(join(tmpdir(), 'ktrdr-bench-'));
const path = join(folder, 'bars');
const rows: ReportRow[] = [];
const add = (row: ReportRow): void => {
  printRow(row);
  rows.push(row);
};
try {
  const [plain] = CASES as [Case];
  const python = values['no-peers'] ? null : await findPython('pandas', process.env.IMPORT_PYTHON);
  if (python === null && !values['no-peers'])
    console.log(
      'pandas is not measured: no Python has it. pip install pandas in a virtual environment, then IMPORT_PYTHON=<its python> npm run bench -- import',
    );
  for (const one of CASES) {
    const bytes = await writeCase(path, one);
    const [own, peer]: [Took[], Took[]] = [[], []];
    for (let round = 0; round < (one === plain ? ROUNDS : 1); round += 1) {
      own.push(await ours(path, one, folder));
      if (one === plain && python !== null) peer.push(await measure(python, [PEER, path]));
    }
    add(rowOf(one.name, bytes, own, one === plain));
    if (peer.length > 0) add(rowOf('  the same file, pandas read_csv', bytes, peer, false));
  }
} finally {
  await rm(folder, { recursive: true });
}
await report('import', rows);
