import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readBars } from '@ktrdr/market-data';
import fc, { type Arbitrary } from 'fast-check';
import type { Target } from '../target.js';
import { TEXTS } from '../traps.js';
import type { World } from '../world.js';

const HEADERS = [
  'timestamp,open,high,low,close,volume',
  'timestamp;open;high;low;close;volume',
  'timestamp\topen\thigh\tlow\tclose\tvolume',
  '"timestamp","open","high","low","close","volume"',
  'Date,Open,High,Low,Close,Adj Close,Volume',
  '<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>',
  '<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>',
  'open_time,open,high,low,close,volume,close_time',
  'time,open,high,low,close',
  'timestamp,open,high,low,close,volume,timestamp',
  '',
];
const VALUES = [
  '1',
  '1.5',
  '-1',
  '0',
  '1e400',
  'NaN',
  'Infinity',
  '1,5',
  '"1"',
  '',
  ' ',
  '0x1',
  '1_0',
  '٣',
  ...TEXTS,
];
const TIMES = [
  '2024-01-01T00:00:00Z',
  '2024-01-01 00:00',
  '20240101',
  '1704067200',
  '1704067200000',
  '01/02/2024',
  '2024-13-01',
  ...TEXTS,
];

function lineOf(separator: string): Arbitrary<string> {
  const price = fc.double({ min: 0.01, max: 1e6, noNaN: true });
  const good = fc.tuple(fc.nat(5_000), price).map(([hour, close]) => {
    const time = new Date(Date.UTC(2024, 0, 1) + hour * 3_600_000).toISOString().replace('.000', '');
    return [time, close, close * 1.01, close * 0.99, close, 100].join(separator);
  });
  const bad = fc
    .tuple(fc.constantFrom(...TIMES), fc.array(fc.constantFrom(...VALUES), { maxLength: 8 }))
    .map(([time, values]) => [time, ...values].join(separator));
  return fc.oneof({ weight: 3, arbitrary: good }, { weight: 1, arbitrary: bad });
}

function files(): Arbitrary<Buffer> {
  const end = fc.constantFrom('\n', '\r\n', '\r', '\n\n');
  const separator = fc.constantFrom(',', ';', '\t', '|');
  const table = fc
    .tuple(
      fc.constantFrom(...HEADERS),
      separator,
      end,
      fc.constantFrom('', '\ufeff', '# comment\n', '\u0000'),
    )
    .chain(([header, between, ending, start]) =>
      fc.array(lineOf(between), { maxLength: 12 }).map((lines) => start + [header, ...lines].join(ending)),
    )
    .map((text) => Buffer.from(text));
  const bytes = fc.uint8Array({ maxLength: 400 }).map((some) => Buffer.from(some));
  const long = fc
    .tuple(fc.constantFrom(...VALUES, '"', ',', '#'), fc.constantFrom(1_000, 300_000, 600_000))
    .map(([piece, length]) =>
      Buffer.from(`${HEADERS[0]}\n${(piece || 'x').repeat(Math.ceil(length / (piece.length || 1)))}`),
    );
  const cut = fc.tuple(table, fc.nat(), bytes).map(([file, at, some]) => {
    const start = at % (file.length + 1);
    return Buffer.concat([file.subarray(0, start), some, file.subarray(start)]);
  });
  return fc.oneof(
    { weight: 8, arbitrary: table },
    { weight: 4, arbitrary: cut },
    { weight: 2, arbitrary: bytes },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        Buffer.from([0x1f, 0x8b, 8, 0]),
        Buffer.from('PK\x03\x04'),
        Buffer.from('PAR1'),
      ),
    },
    { weight: 1, arbitrary: long },
  );
}

const PLACE = /\.csv(:\d+|\b)/;

/** Files through the reader, and through the API's check of them. */
export async function bars(world: World): Promise<Target<Buffer>> {
  const { dataDir } = world.sandbox;
  return {
    cases: files(),
    check: async (file) => {
      await writeFile(join(dataDir, 'FUZZ_1h.csv'), file);
      const problem = await readBars({ dataDir, symbol: 'FUZZ', timeframe: '1h' }).then(
        () => null,
        (error: unknown) => error as Error & { code?: string },
      );
      if (problem !== null && !(typeof problem.code === 'string' && PLACE.test(problem.message)))
        throw new Error(`the reader's error has no code or no place: ${problem.stack}`);
      const { status } = await world.request({
        method: 'GET',
        path: '/data/check?symbol=FUZZ&timeframe=1h',
        headers: {},
        body: null,
      });
      if (problem === null && status >= 400)
        throw new Error(`the reader accepts the file, but the API answers ${status}`);
    },
  };
}
