import { DATA_FINDING_KINDS, type DataFinding, type Timeframe } from '@ktrdr/contracts';
import { describe, expect, test } from '@jest/globals';
import { REAL_BARS, realBars, requires } from '../../../../tools/requirements.js';
import type { Bars } from '../bars.js';
import { readBars } from '../read-bars.js';
import { readSp500 } from '../sample/sp500.js';
import { reportData } from './data-reports.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A Monday. */
const START = Date.UTC(2019, 0, 7);

type Row = [time: number, open: number, high: number, low: number, close: number, volume: number];

/** A random walk on the given times. `move` is the size of a bar's move, as a share of the price. */
function walk(times: readonly number[], move: number, seed = 1): Row[] {
  let state = seed;
  const draw = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  let price = 80;
  return times.map((time) => {
    const open = price;
    const path = [1, 2, 3, 4].map(() => (price *= 1 + draw() * move));
    return [
      time,
      open,
      Math.max(open, ...path),
      Math.min(open, ...path),
      price,
      500 + Math.round(400 * draw()),
    ];
  });
}

function barsOf(rows: readonly Row[], timeframe: Timeframe): Bars {
  const column = (index: number): Float64Array => Float64Array.from(rows, (row) => row[index]!);
  const [time, open, high, low, close, volume] = [0, 1, 2, 3, 4, 5].map(column) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const columns = { time, open, high, low, close, volume, length: rows.length };
  return { symbol: 'XYZ', timeframe, synthetic: false, file: `XYZ_${timeframe}.csv`, ...columns };
}

/** Times of `weeks` weeks at which `isOpen` holds. */
function times(weeks: number, step: number, isOpen: (weekday: number, hour: number) => boolean): number[] {
  return Array.from({ length: (weeks * 7 * DAY) / step }, (_, index) => START + index * step).filter((time) =>
    isOpen(Math.floor((time - START) / DAY) % 7, (time % DAY) / HOUR),
  );
}
const exchangeHours = (weeks: number): number[] =>
  times(weeks, HOUR, (weekday, hour) => weekday < 5 && hour >= 8 && hour < 16);
const currencyHours = (weeks: number): number[] =>
  times(
    weeks,
    HOUR,
    (weekday, hour) => weekday < 4 || (weekday === 4 && hour < 22) || (weekday === 6 && hour >= 22),
  );
const weekdays = (weeks: number): number[] => times(weeks, DAY, (weekday) => weekday < 5);
const always = (weeks: number, step = HOUR): number[] => times(weeks, step, () => true);

function findings(rows: readonly Row[], timeframe: Timeframe): DataFinding[] {
  return reportData([barsOf(rows, timeframe)])[0]!.findings;
}
const kinds = (found: readonly DataFinding[]): string[] =>
  found.map(({ kind, severity }) => `${severity} ${kind}`);
const scaled = (row: Row, factor: number): Row => [
  row[0],
  row[1] * factor,
  row[2] * factor,
  row[3] * factor,
  row[4] * factor,
  row[5],
];
const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

describe('sound bars', () => {
  test.each([
    ['an exchange', exchangeHours(60), '1h'],
    ['currencies', currencyHours(60), '1h'],
    ['a market that never closes', always(60), '1h'],
    ['quarters of an hour', always(5, HOUR / 4), '15m'],
    ['minutes of one day', always(1, 60_000).slice(0, 1_440), '1m'],
    ['weekdays', weekdays(300), '1d'],
    ['weeks', always(300, 7 * DAY), '1w'],
    ['one bar', [START], '1h'],
    ['two bars', [START, START + HOUR], '1h'],
  ] as const)('%s: nothing is found', (_, at, timeframe) => {
    expect(findings(walk(at, 0.003), timeframe)).toEqual([]);
  });

  test('a lunch break, and an hour that moves with daylight saving time, belong to the calendar', () => {
    const open = times(60, HOUR, (weekday, hour) => weekday < 5 && hour >= 1 && hour < 8 && hour !== 4);
    const shifted = open.map((time) => (time >= START + 210 * DAY ? time + HOUR : time));
    for (const at of [open, shifted]) expect(findings(walk(at, 0.003), '1h')).toEqual([]);
  });

  test('holidays of up to seven market days are no finding', () => {
    const holidays = [30, 31, 32, 33, 34, 90, 91, 130, 190, 191, 192, 193, 194, 195, 196];
    const at = weekdays(60).filter((_, index) => !holidays.includes(index));
    expect(findings(walk(at, 0.01), '1d')).toEqual([]);
  });

  test('a market crash is not an error: the price stays at its new level, and the bars around it are wide too', () => {
    const rows = walk(weekdays(200), 0.01).map((row, index) => scaled(row, index < 500 ? 1 : 0.78));
    expect(kinds(findings(rows, '1d'))).toEqual([]);
  });
});

describe('splits and units', () => {
  const rows = walk(weekdays(200), 0.01);

  test.each([
    [2, '2:1'],
    [3, '3:1'],
    [1.5, '3:2'],
    [7, '7:1'],
    [20, '20:1'],
    [1 / 10, '1:10'],
    [1 / 8, '1:8'],
  ])('prices that were not adjusted for a split: factor %p', (factor, ratio) => {
    const found = findings(
      rows.map((row, index) => (index < 321 ? scaled(row, factor) : row)),
      '1d',
    );
    expect(kinds(found)).toEqual(['warning split']);
    expect(found[0]).toMatchObject({ bars: 1, first: day(rows[321]![0]), last: day(rows[321]![0]) });
    expect(found[0]!.message).toContain(`like a split ${ratio}`);
  });

  test('a split inside a bar, as in weeks made of days that were not adjusted', () => {
    const weeks = walk(always(200, 7 * DAY), 0.01).map((row, index): Row => {
      if (index !== 77) return index < 77 ? scaled(row, 3) : row;
      return [row[0], row[1] * 3, row[2] * 3, row[3], row[4], row[5]];
    });
    expect(kinds(findings(weeks, '1w'))).toEqual(['warning split']);
  });

  test.each([
    [[100], 100],
    [[400, 401, 402], 0.01],
    [[7, 50, 51, 222], 1000],
    [[9], 10],
  ])('bars %p in another unit (%p times)', (wrong, factor) => {
    const found = findings(
      rows.map((row, index) => (wrong.includes(index) ? scaled(row, factor) : row)),
      '1d',
    );
    expect(kinds(found)).toEqual(['warning unit_error']);
    expect(found[0]!.bars).toBe(wrong.length);
    expect(found[0]!.first).toBe(day(rows[wrong[0]!]![0]));
    expect(found[0]!.message).toContain(factor < 1 ? '1/100 times' : `${factor} times`);
  });

  test('the unit changes for good', () => {
    const found = findings(
      rows.map((row, index) => (index >= 600 ? scaled(row, 100) : row)),
      '1d',
    );
    expect(kinds(found)).toEqual(['warning unit_error']);
  });

  test('a jump without a known factor', () => {
    const jump = (factor: number): string[] =>
      kinds(
        findings(
          rows.map((row, index) => (index >= 600 ? scaled(row, factor) : row)),
          '1d',
        ),
      );
    expect(jump(130)).toEqual(['warning price_jump']);
    expect(jump(1.75)).toEqual(['note price_jump']);
  });

  test('a file that mixes two instruments', () => {
    const mixed = rows.map((row, index) => (index % 3 === 0 ? scaled(row, 2.4) : row));
    const found = findings(mixed, '1d');
    expect(kinds(found)).toContain('warning price_jump');
    expect(found.find(({ kind }) => kind === 'price_jump')!.message).toContain('several instruments');
  });

  test('a market that often moves by half has no splits', () => {
    expect(kinds(findings(walk(weekdays(200), 0.3), '1d'))).not.toContain('warning split');
  });
});

describe('bad prints', () => {
  const rows = walk(currencyHours(30), 0.0004);

  test.each([
    ['high', 1.05, 'warning'],
    ['low', 0.95, 'warning'],
    ['high', 1.012, 'note'],
    ['high', 100, 'warning'],
  ] as const)('a %s of %p times the close', (side, factor, severity) => {
    const at = 1_234;
    const found = findings(
      rows.map((row, index): Row => {
        if (index !== at) return row;
        const print = row[4] * factor;
        return side === 'high'
          ? [row[0], row[1], print, row[3], row[4], row[5]]
          : [row[0], row[1], row[2], print, row[4], row[5]];
      }),
      '1h',
    );
    expect(kinds(found)).toEqual([`${severity} bad_print`]);
    expect(found[0]!.bars).toBe(1);
    expect(found[0]!.first).toBe(new Date(rows[at]![0]).toISOString().replace('.000Z', 'Z'));
    expect(found[0]!.examples[0]!.text).toContain(side);
  });
});

describe('bars that stand still or come twice', () => {
  const rows = walk(exchangeHours(60), 0.003);
  const flat = (row: Row, price: number, volume: number): Row => [row[0], price, price, price, price, volume];

  test('a halt that was filled in', () => {
    const found = findings(
      rows.map((row, index) => (index >= 700 && index < 760 ? flat(row, rows[699]![4], 7) : row)),
      '1h',
    );
    expect(kinds(found).filter((kind) => !kind.endsWith('price_jump'))).toEqual(['warning flat_stretch']);
    expect(found[0]).toMatchObject({ bars: 60, share: 60 / rows.length });
  });

  test('a short halt is a note', () => {
    const minutes = walk(always(1, 60_000), 0.0005);
    const halted = minutes.map((row, index) =>
      index >= 700 && index < 720 ? flat(row, minutes[699]![4], 9) : row,
    );
    expect(kinds(findings(halted, '1m'))).toEqual(['note flat_stretch']);
  });

  test('a price that never moves', () => {
    const found = findings(
      rows.map((row) => flat(row, 42.5, 10)),
      '1h',
    );
    expect(kinds(found)).toEqual(['warning no_movement']);
    expect(found[0]!.message).toContain('42.5 on every bar');
  });

  test('days that were copied under later dates', () => {
    // one walk: closes of the copy's neighbours differ, so a jump may show, but no split
    const copied = rows.map((row, index): Row => {
      if (index < 1_200 || index >= 1_240) return row;
      const [, ...prices] = rows[index - 400]!;
      return [row[0], ...prices];
    });
    const found = findings(copied, '1h');
    expect(kinds(found)).toEqual(['warning repeated_stretch']);
    expect(found[0]).toMatchObject({
      bars: 40,
      first: new Date(rows[1_200]![0]).toISOString().replace('.000Z', 'Z'),
    });
  });

  test('flat bars are no copies', () => {
    const sparse = rows.map((row, index) =>
      index % 7 === 0 ? row : flat(row, rows[index - (index % 7)]![4], 5),
    );
    expect(kinds(findings(sparse, '1h'))).not.toContain('warning repeated_stretch');
  });

  test.each([
    [1, 'note'],
    [0.3, 'warning'],
    [0.01, 'note'],
  ])('a share of %p without volume', (share, severity) => {
    const count = Math.round(rows.length * share);
    const found = findings(
      rows.map((row, index): Row => (index < count ? [row[0], row[1], row[2], row[3], row[4], 0] : row)),
      '1h',
    );
    expect(kinds(found)).toEqual([`${severity} zero_volume`]);
    expect(found[0]!.bars).toBe(count);
  });
});

describe('missing bars', () => {
  test('months that are not there', () => {
    const at = currencyHours(60);
    const [from, to] = [START + 200 * DAY, START + 260 * DAY];
    const left = at.filter((time) => time < from || time >= to);
    const found = findings(walk(left, 0.001), '1h');
    expect(kinds(found)).toEqual(['warning missing_stretch']);
    expect(found[0]!.bars).toBe(at.length - left.length);
    expect(found[0]!.share).toBeCloseTo((at.length - left.length) / at.length, 6);
  });

  test('a few weeks of daily bars', () => {
    const left = weekdays(200).filter((_, index) => index < 500 || index >= 515);
    const found = findings(walk(left, 0.01), '1d');
    expect(kinds(found)).toEqual(['warning missing_stretch']);
    expect(found[0]!.bars).toBe(15);
  });

  test('one day of a market that never closes', () => {
    const at = always(30);
    const left = at.filter((time) => time < START + 50 * DAY || time >= START + 51.5 * DAY);
    expect(kinds(findings(walk(left, 0.003), '1h'))).toEqual(['warning missing_stretch']);
  });

  test('weeks', () => {
    const left = always(200, 7 * DAY).filter((_, index) => index !== 60 && index !== 61);
    expect(findings(walk(left, 0.01), '1w')).toMatchObject([{ kind: 'missing_stretch', bars: 2 }]);
  });

  test.each([2, 3, 5, 7])('every bar of %p', (every) => {
    for (const at of [currencyHours(60), exchangeHours(60), always(60)]) {
      const left = at.filter((_, index) => index % every !== 0);
      const found = findings(walk(left, 0.001), '1h');
      expect(kinds(found)).toEqual(['warning missing_bars']);
      expect(found[0]!.bars / (at.length / every)).toBeGreaterThan(0.7);
      expect(found[0]!.bars / (at.length / every)).toBeLessThan(1.1);
    }
  });

  test('at random, in a short file too', () => {
    const at = always(2, 60_000);
    const left = walk(at, 0.0005).filter((row) => row[5] > 150);
    const found = findings(left, '1m');
    expect(kinds(found)).toEqual(['warning missing_bars']);
    expect(found[0]!.bars).toBeGreaterThan(0.9 * (at.length - left.length));
  });

  test('a few hours are a note', () => {
    const left = always(60).filter((_, index) => index < 3_000 || index >= 3_005);
    expect(findings(walk(left, 0.001), '1h')).toMatchObject([
      { severity: 'note', kind: 'missing_bars', bars: 5 },
    ]);
  });
});

describe('bars at the weekend', () => {
  test.each([
    [[5], 12, 'warning'],
    [[6], 4, 'warning'],
    [[5, 6], 9, 'warning'],
    [[5], 1, 'note'],
  ])('of a weekday market: weekdays %p, %p weeks', (wrong, weeks, severity) => {
    const at = times(100, DAY, (weekday) => weekday < 5 || wrong.includes(weekday)).filter(
      (time) =>
        Math.floor((time - START) / DAY) % 7 < 5 ||
        Math.floor((time - START) / (7 * DAY)) % Math.floor(100 / weeks) === 3,
    );
    const found = findings(walk(at, 0.01), '1d');
    expect(kinds(found)).toEqual([`${severity} weekend_bars`]);
    expect(found[0]!.bars).toBe(at.length - 500);
  });
});

describe('several files of a symbol', () => {
  const hours = walk(currencyHours(40), 0.001);
  const daysOf = (rows: readonly Row[]): Row[] => {
    const found: Row[] = [];
    for (const [time, open, high, low, close, volume] of rows) {
      const at = Math.floor(time / DAY) * DAY;
      const last = found.at(-1);
      if (last?.[0] !== at) found.push([at, open, high, low, close, volume]);
      else
        found[found.length - 1] = [
          at,
          last[1],
          Math.max(last[2], high),
          Math.min(last[3], low),
          close,
          volume,
        ];
    }
    return found;
  };

  test('a coarser file that covers the finer one is no finding', () => {
    const reports = reportData([barsOf(daysOf(hours), '1d'), barsOf(hours, '1h')]);
    expect(reports.map(({ file, findings: found }) => [file, found])).toEqual([
      ['XYZ_1d.csv', []],
      ['XYZ_1h.csv', []],
    ]);
  });

  test('a coarser file that ends early, or begins late, is stale', () => {
    const days = daysOf(hours);
    for (const part of [days.slice(0, 120), days.slice(70)]) {
      const [coarse, fine] = reportData([barsOf(part, '1d'), barsOf(hours, '1h')]);
      expect(kinds(coarse!.findings)).toEqual(['warning stale']);
      expect(coarse!.findings[0]!.message).toContain('does not cover XYZ_1h.csv: XYZ_1d.csv has no bars');
      expect(fine!.findings).toEqual([]);
    }
  });
});

test('the most serious finding comes first, and none is missing', () => {
  const rows = walk(weekdays(200), 0.01).map((row, index): Row => {
    const scale = index < 400 ? 4 : 1;
    const bar = scaled(row, index === 700 ? 100 : scale);
    return index === 900 ? [bar[0], bar[1], bar[2] * 2, bar[3], bar[4], 0] : bar;
  });
  expect(kinds(findings(rows, '1d'))).toEqual([
    'warning unit_error',
    'warning split',
    'warning bad_print',
    'note zero_volume',
  ]);
});

test('every finding has a known kind, a share, and at most five examples in the range of its times', () => {
  const rows = walk(exchangeHours(60), 0.003)
    .map((row, index) => (index % 100 < 3 ? scaled(row, 100) : row))
    .filter((_, index) => index % 5 !== 0);
  const found = findings(rows, '1h');
  expect(found.length).toBeGreaterThan(1);
  for (const { kind, share, first, last, examples } of found) {
    expect(DATA_FINDING_KINDS).toContain(kind);
    expect(share).toBeGreaterThan(0);
    expect(share).toBeLessThanOrEqual(1);
    expect(examples.length).toBeGreaterThan(0);
    expect(examples.length).toBeLessThanOrEqual(5);
    for (const { time } of examples) expect(time >= first! && time <= last!).toBe(true);
  }
});

describe('real bars raise nothing above a note', () => {
  test('the S&P 500', async () => {
    const { bars } = await readSp500();
    expect(reportData([bars])[0]).toMatchObject({ start: '2000-01-03', findings: [] });
  });

  const real = requires(realBars());
  real.describe('shared files', () => {
    test.each([
      ['AAPL', ['1h', '1d']],
      ['EURUSD', ['1h']],
      ['GOOG', ['1d']],
    ] as const)('%s', async (symbol, timeframes) => {
      const files = await Promise.all(
        timeframes.map((timeframe) => readBars({ dataDir: REAL_BARS, symbol, timeframe })),
      );
      const found = reportData(files).flatMap((report) => report.findings);
      expect(found.filter(({ severity }) => severity !== 'note')).toEqual([]);
    });
  });
});
