import { describe, expect, test } from '@jest/globals';
import { TIMEFRAMES } from '@ktrdr/contracts';
import { TimeColumn, looksLikeTime } from './time-column.js';
import type { TimeChoices } from './written-times.js';

const NOW = Date.UTC(2026, 10, 30);
const DAY = Date.UTC(2024, 0, 2);

/** A cell, or the cells of a date and a time of day in two columns. */
type Cells = string | readonly [string, string];

/** Reads the cells as lines 2, 3, ... */
function read(cells: readonly Cells[], choices: Partial<TimeChoices> = {}, symbols?: number[]) {
  const column = new TimeColumn({ now: NOW, ...choices }, 1);
  const refused: string[] = [];
  const written: string[] = [];
  for (const [index, cell] of cells.entries()) {
    const [date, time] = typeof cell === 'string' ? [cell] : cell;
    const bytes = Buffer.from(`x${date}y${time ?? ''}z`);
    const to = 1 + Buffer.byteLength(date);
    const problem =
      time === undefined
        ? column.push(index + 2, bytes, 1, to)
        : column.push(index + 2, bytes, 1, to, to + 1, bytes.length - 1);
    if (problem === null) written.push([cell].flat().join(' '));
    else refused.push(problem);
  }
  const timeAt = (row: number): string => `"${written[row]!}"`;
  const found = column.finish(symbols);
  return {
    ...found,
    questions: found.questions.map((question) => ({ ...question, message: question.message(timeAt) })),
    notes: found.notes.map((note) => note(timeAt)),
    refused,
    times: Array.from(found.times, (time) => (Number.isNaN(time) ? null : new Date(time).toISOString())),
    asks: found.questions.map(({ choice }) => choice),
  };
}

describe('forms of a time', () => {
  const opens = ['2024-01-02T14:30:00.000Z', '2024-01-02T15:30:00.000Z', '2024-01-02T16:30:00.000Z'];
  const pm = (time: string): string => time.replace(' AM', ' PM');

  test.each<[string, readonly Cells[]]>([
    [
      'YYYY-MM-DDTHH:mm:ss',
      ['2024-01-02T09:30:00-05:00', '2024-01-02T10:30:00-05:00', '2024-01-02 11:30:00-0500'],
    ],
    ['YYYY-MM-DDTHH:mm', ['2024-01-02T14:30Z', '2024-01-02T15:30Z', '2024-01-02T16:30Z']],
    [
      'YYYY-MM-DD HH:mm:ss.SSS',
      ['2024-01-02 14:30:00.000000+00', '2024-01-02 15:30:00.000+00:00', '2024-01-02 16:30:00,0 UTC'],
    ],
    ['unix_s', ['1704205800', '1704209400.0', '1.704213E9']],
    ['unix_ms', ['1704205800000', '1704209400000', '1704213000000']],
    ['unix_us', ['1704205800000000', '1704209400000000', '1704213000000000']],
    ['unix_ns', ['1704205800000000000', '1704209400000000000', '1704213000000000000']],
    [
      'YYYYMMDD HH:mm:ss',
      ['20240102 09:30:00 US/Eastern', '20240102  10:30:00 US/Eastern', '20240102 11:30:00 EST'],
    ],
    ['YYYYMMDD HHmmss', ['20240102 093000 EST', '20240102 103000 EST', '20240102 113000 EST']],
    [
      'YYYYMMDD HHmmss',
      [
        ['20240102', '93000 EST'],
        ['20240102', '103000 EST'],
        ['20240102', '113000 EST'],
      ],
    ],
    [
      'YYYYMMDD HHmm',
      [
        ['20240102', '0930 EST'],
        ['20240102', '1030 EST'],
        ['20240102', '1130 EST'],
      ],
    ],
    ['YYYYMMDDHHmmss', ['20240102143000 ', '20240102153000', ' 20240102163000']],
    [
      'DD.MM.YYYY HH:mm:ss.SSS',
      [
        '02.01.2024 21:30:00.000 GMT+0700',
        '02.01.2024 22:30:00.000 GMT+0700',
        '02.01.2024 23:30:00.000 GMT+0700',
      ],
    ],
    [
      'YYYY.MM.DD HH:mm',
      [
        ['2024.01.02', '14:30'],
        ['2024.01.02', '15:30'],
        ['2024.01.02', '16:30'],
      ],
    ],
    [
      'MMM DD, YYYY HH:mm:ss',
      [
        'Tue Jan 02 2024 15:30:00 GMT+0100 (Central European Standard Time)',
        'Tue Jan 02 2024 16:30:00 GMT+0100 (CET)',
        'Tue Jan 02 2024 17:30:00 GMT+0100',
      ],
    ],
    [
      'MMM D, YYYY HH:mm:ss',
      ['Tue Jan  2 09:30:00 EST 2024', 'Tue Jan  2 10:30:00 EST 2024', 'Tue Jan  2 11:30:00 EST 2024'],
    ],
    ['YYYY-MM-DD h:mm A', ['2024-01-02 02:30 PM', pm('2024-01-02 3:30 AM'), '2024-01-02 4:30p.m.']],
    [
      'YYYY-MM-DDTHH:mm:ss',
      [
        '2024-01-02T15:30:00+01:00[Europe/Berlin]',
        '2024-01-02T16:30:00+01:00[Europe/Berlin]',
        '2024-01-02T17:30:00+01:00[Europe/Berlin]',
      ],
    ],
    ['DD-MMM-YY HH:mm', ['02-Jan-24 14:30 GMT', '02-jan-24 15:30 GMT', '02-JAN-24 16:30 GMT']],
    ['DDMMMYYYY:HH:mm:ss', ['02JAN2024:14:30:00', '02JAN2024:15:30:00', '02JAN2024:16:30:00']],
  ])('%s', (format, cells) => {
    const found = read(cells, { timezone: 'UTC' });
    expect(found).toMatchObject({
      refused: [],
      problems: [],
      questions: [],
      timeframe: '1h',
      dateFormat: format,
    });
    expect(found.times).toEqual(opens);
  });

  const days = ['2010-12-30T00:00:00.000Z', '2010-12-31T00:00:00.000Z', '2011-01-03T00:00:00.000Z'];
  test.each<[string, readonly string[]]>([
    ['YYYY-MM-DD', ['2010-12-30', '2010-12-31', '2011-01-03']],
    ['YYYY/M/D', ['2010/12/30', '2010/12/31', '2011/1/3']],
    ['YYYYMMDD', ['20101230', '20101231', '20110103']],
    ['DDMMYYYY', ['30122010', '31122010', '03012011']],
    ['DD-MMM-YY', ['30-Dec-10', '31-DEC-10', '03-jan-11']],
    ['DD/MM/YYYY', ['30/12/2010', '31/12/2010', '03/01/2011']],
    ['M/D/YY', ['12/30/10', '12/31/10', '1/3/11']],
    ['YY-MM-DD', ['10-12-30', '10-12-31', '11-01-03']],
    ['YYMMDD', ['101230', '101231', '110103']],
    ['DD.MM.YY', ['30.12.10', '31.12.10', '03.01.11']],
    ['MMM DD, YYYY', ['Dec 30, 2010', 'Dec 31, 2010', 'Jan 03, 2011']],
    ['D.MMM.YYYY', ['30. Dezember 2010', '31. Dezember 2010', '3. Januar 2011']],
    ['DD MMM YYYY', ['30 déc. 2010', '31 DÉC. 2010', '03 janv. 2011']],
    ['DD MMM YYYY', ['30 декабря 2010', '31 Декабря 2010', '03 января 2011']],
    ['D MMM YYYY', ['30 de diciembre de 2010', '31 de diciembre de 2010', '3 de enero de 2011']],
    ['MMM D, YYYY', ['Thu, Dec 30 2010', 'Friday, December 31st, 2010', 'Mon Jan 3 2011']],
    ['YYYY-M-D', ['2010年12月30日', '2010年12月31日', '2011年1月3日']],
  ])('%s', (format, cells) => {
    const found = read(cells);
    expect(found).toMatchObject({
      refused: [],
      problems: [],
      questions: [],
      timeframe: '1d',
      timezone: null,
    });
    expect([found.dateFormat, found.times]).toEqual([format, days]);
  });

  test.each([
    ['', 'time is empty'],
    ['AAPL', 'time "AAPL" cannot be read'],
    ['09:30', 'time "09:30" cannot be read'],
    ['2024-02-30', 'time "2024-02-30" is not a date: the month has no day 30'],
    ['31/31/2024', 'time "31/31/2024" is not a date: no order of day and month fits'],
    ['2024-01-02 25:00', 'time "2024-01-02 25:00" cannot be read'],
    ['2024-01-02 09:30 Nowhere', '"Nowhere" is not a time zone'],
    [
      '1.70421E+12',
      'time "1.70421E+12" has lost digits in a spreadsheet: export the column as a number without an exponent',
    ],
  ])('a cell that is not a time, %s, is refused', (cell, problem) => {
    expect(read([cell]).refused).toEqual([problem]);
  });

  test('a cell in another form than the first is refused, as spreadsheets mix day and month', () => {
    expect(read(['13/01/2024', '2024-02-01']).refused).toEqual([
      'time "2024-02-01" has another format than the first time, "13/01/2024"',
    ]);
  });

  test('a column of times is recognised, and prices, volumes and names are not', () => {
    expect(
      ['20240102', '1704205800', '1704205800000.0', '2024-01-02', 'Jan 2, 2024'].every((text) =>
        looksLikeTime(text),
      ),
    ).toBe(true);
    expect(looksLikeTime('45293.5', true)).toBe(true);
    expect(
      ['187.15', '824887', '45293', 'AAPL', '', '12:30', '1.5e5', '-3'].some((text) => looksLikeTime(text)),
    ).toBe(false);
  });

  test('the days of a spreadsheet are taken if only one count gives no date in the future', () => {
    expect(read(['45293.604166667', '45293.645833333', '45293.6875'], { timezone: 'UTC' })).toMatchObject({
      dateFormat: 'excel',
      asks: [],
      times: opens,
    });
    const [question] = read(['40542', '40543', '40546']).questions;
    expect(question).toMatchObject({ choice: 'date_format', answers: ['excel', 'excel_1904'] });
    expect(read(['40542', '40543', '40546'], { dateFormat: 'excel' })).toMatchObject({
      asks: [],
      times: days,
    });
  });

  test('the last row can be taken back', () => {
    const column = new TimeColumn({ now: NOW }, 2);
    for (const cell of ['01/02/2024', '13/02/2024']) column.push(2, Buffer.from(cell), 0, cell.length);
    column.pop();
    expect(column.length).toBe(1);
    expect(column.finish().questions.map(({ choice }) => choice)).toContain('date_format');
  });
});

/** Times `minutes` after each other from a first one, written as `YYYY-MM-DD HH:mm`. */
function every(minutes: number, count: number, first = '2024-01-02T00:00Z'): string[] {
  return Array.from({ length: count }, (_, index) =>
    new Date(Date.parse(first) + index * minutes * 60_000).toISOString().slice(0, 16).replace('T', ' '),
  );
}

describe('order of day and month', () => {
  test('a value above 12 decides for the whole file, and its line is named', () => {
    const found = read(['01/02/2024', '02/02/2024', '13/02/2024']);
    expect(found).toMatchObject({ asks: [], notes: ['Dates are DD/MM/YYYY: line 4 has "13/02/2024".'] });
    expect(found.times[0]).toBe('2024-02-01T00:00:00.000Z');
    expect(read(['02/01/2024', '02/02/2024', '02/13/2024']).times[0]).toBe('2024-02-01T00:00:00.000Z');
  });

  test('if every row fits both orders, the user is asked; the order that gives a timeframe comes first', () => {
    const [question] = read(['01/02/2024', '01/03/2024', '01/04/2024']).questions;
    expect(question).toMatchObject({
      choice: 'date_format',
      answers: ['MM/DD/YYYY', 'DD/MM/YYYY'],
      suggestion: 'as MM/DD/YYYY, the bars are 1d',
    });
    expect(read(['01/02/2024', '02/02/2024'], { dateFormat: '%d/%m/%Y' })).toMatchObject({
      asks: [],
      times: ['2024-02-01T00:00:00.000Z', '2024-02-02T00:00:00.000Z'],
    });
  });

  test('rows that contradict each other are named', () => {
    const [question] = read(['13/02/2024', '02/13/2024']).questions;
    expect(question!.message).toBe(
      'no order of day and month fits every row: line 3 has "02/13/2024", which is not DD/MM/YYYY; line 2 has "13/02/2024", which is not MM/DD/YYYY',
    );
  });

  test('years with two digits are never in the future, and one file has one century', () => {
    expect(read(['31-Dec-98', '04-Jan-99', '05-Jan-00']).times.at(-1)).toBe('2000-01-05T00:00:00.000Z');
    expect(read(['30-Dec-26', '31-Dec-26', '01-Jan-27']).times[0]).toBe('1926-12-30T00:00:00.000Z');
  });

  test.each(['YYYY-MM-DD', 'unix_s', 'nonsense'])(
    'the format %s for dates with the year last is refused, and the one that fits is the answer',
    (dateFormat) => {
      const { questions } = read(['13/01/2024', '14/01/2024'], { dateFormat });
      expect(questions).toMatchObject([{ choice: 'date_format', answers: ['DD/MM/YYYY'] }]);
      expect(read(['13/01/2024', '14/01/2024'], { dateFormat: questions[0]!.answers[0] }).asks).toEqual([]);
    },
  );

  test('if a refused format leaves the order open, both orders are answers', () => {
    const [question] = read(['01/02/2024', '02/02/2024'], { dateFormat: 'unix_s' }).questions;
    expect(question).toMatchObject({ answers: ['DD/MM/YYYY', 'MM/DD/YYYY'] });
    expect(question!.message).toBe(
      'line 2 has "01/02/2024": the times of the file are dates, which do not fit "unix_s"',
    );
  });

  test('a question about times of day keeps the order of the dates in its answers', () => {
    const cells = [
      ['13/01/2024', '0'],
      ['13/01/2024', '100'],
      ['13/01/2024', '200'],
    ] as const;
    const [question] = read(cells, { timezone: 'UTC' }).questions;
    expect(question!.message).toContain('(line 2 has "13/01/2024 0", line 4 has "13/01/2024 200")');
    for (const dateFormat of question!.answers)
      expect(read(cells, { timezone: 'UTC', dateFormat }).asks).not.toContain('date_format');
  });
});

describe('timeframe', () => {
  const session = (step: number, days: number): string[] =>
    Array.from({ length: days }, (_, day) => [
      `2024-01-${String(8 + day).padStart(2, '0')} 09:30`,
      ...every(step, Math.floor(360 / step), `2024-01-${String(8 + day).padStart(2, '0')}T10:00Z`),
    ]).flat();

  test.each([
    ['1m', every(1, 3)],
    ['5m', every(5, 3)],
    ['15m', every(15, 3)],
    ['30m', every(30, 3)],
    ['1h', every(60, 2)],
    ['4h', every(240, 3)],
    ['1d', every(1440, 2)],
    ['1w', every(7 * 1440, 3)],
    // hourly bars of a session that opens at half past
    ['1h', session(60, 3)],
    ['30m', session(30, 3)],
    // nights, a half day, a weekend and a missing hour
    [
      '15m',
      [
        ...every(15, 20, '2024-01-05T14:30Z'),
        ...every(15, 9, '2024-01-08T14:30Z'),
        ...every(15, 5, '2024-01-09T16:00Z'),
      ],
    ],
    // bars without a trade are missing
    ['1m', every(1, 60).filter((_, minute) => minute % 5 !== 1 && minute % 7 !== 2)],
    // rows that are not in order of time: two are exchanged, and an older file follows a newer one
    ['5m', every(5, 4).map((_, row, all) => all[[0, 2, 1, 3][row]!]!)],
    ['1h', [...every(60, 3, '2024-01-03T00:00Z'), ...every(60, 3, '2024-01-02T00:00Z')]],
    // Friday and Monday
    ['1d', ['2024-01-05 00:00', '2024-01-08 00:00']],
    // months between weeks, and the current week
    [
      '1w',
      [
        '2023-06-05 00:00',
        '2023-06-12 00:00',
        '2023-06-19 00:00',
        '2023-11-06 00:00',
        '2023-11-13 00:00',
        '2023-11-16 00:00',
      ],
    ],
  ])('%s from the spacing', (timeframe, cells) => {
    expect(read(cells, { timezone: 'UTC' })).toMatchObject({ timeframe, asks: [] });
  });

  test.each([
    ['one bar', ['2024-01-02 09:30'], [...TIMEFRAMES]],
    ['a shorter first bar is possible', ['2024-01-02 09:30', '2024-01-02 10:00'], ['30m', '1h']],
    [
      'three bars with two spacings',
      ['2024-01-02 09:30', '2024-01-02 10:00', '2024-01-02 11:00'],
      ['30m', '1h'],
    ],
    ['two hours', every(120, 5), []],
    ['three minutes', every(3, 5), []],
    ['months', ['2024-01-01 00:00', '2024-02-01 00:00', '2024-03-01 00:00'], []],
  ])('%s: asked', (_name, cells, answers) => {
    const found = read(cells, { timezone: 'UTC' });
    expect(found).toMatchObject({ timeframe: null, asks: ['timeframe'] });
    expect(found.questions[0]!.answers).toEqual(answers);
  });

  test('a given timeframe must fit the bars', () => {
    expect(read(every(1, 10), { timezone: 'UTC', timeframe: '1h' }).questions).toMatchObject([
      { choice: 'timeframe', answers: ['1m'] },
    ]);
    expect(read(every(1440, 30), { timezone: 'UTC', timeframe: '1h' }).asks).toEqual(['timeframe']);
    expect(read(session(60, 1).slice(0, 2), { timezone: 'UTC', timeframe: '1h' }).asks).toEqual([]);
  });
});

describe('zones', () => {
  test('local times are asked for, with a usual zone and a repeated line', () => {
    const cells = ['2019-11-03 00:00', '2019-11-03 01:00', '2019-11-03 01:00', '2019-11-03 02:00'];
    const { questions } = read(cells, { usualZone: { zone: '-05:00', why: 'the source says so' } });
    expect(questions).toEqual([
      {
        choice: 'timezone',
        message:
          'the times have no time zone: line 2 has "2019-11-03 00:00"; line 4 ("2019-11-03 01:00") is a duplicate of line 3, as happens in local times when clocks go back',
        answers: ['-05:00'],
        suggestion: 'the source says so',
      },
    ]);
    expect(read(cells, { timezone: 'America/Chicago' }).times.map((time) => time!.slice(11, 13))).toEqual([
      '05',
      '06',
      '07',
      '08',
    ]);
    expect(read(cells, { timezone: 'Mars/Olympus' }).asks).toEqual(['timezone']);
    expect(read(cells, { headerZone: 'US/Central' })).toMatchObject({ asks: [], timezone: 'US/Central' });
  });

  test('standard time in summer and names with several meanings are asked', () => {
    expect(read(['2024-07-02 09:30 EST', '2024-07-02 10:30 EST']).questions[0]!.answers).toEqual([
      'America/New_York',
      '-05:00',
    ]);
    const [several] = read(['2024-01-02 09:30 CST', '2024-01-02 10:30 CST']).questions;
    expect(several!.answers[1]).toBe('Asia/Shanghai');
    expect(several!.message).toBe('line 2 has "2024-01-02 09:30 CST", and "CST" has several meanings');
    expect(read(['2024-07-02 09:30 EDT', '2024-07-02 10:30 EDT'])).toMatchObject({
      asks: [],
      timezone: '-04:00',
    });
  });

  test('daily bars keep the date that the file writes, in their own offset', () => {
    const found = read([
      '2024-03-08 00:00:00-05:00',
      '2024-03-11 00:00:00-04:00',
      '2024-03-12 00:00:00-04:00',
    ]);
    expect(found).toMatchObject({ asks: [], timeframe: '1d', timezone: null });
    expect(found.times[1]).toBe('2024-03-11T00:00:00.000Z');
  });

  test('daily unix times have the date in UTC, unless it falls on weekends', () => {
    const days = (first: string): string[] =>
      [0, 1, 2, 3, 4, 7, 8].map((day) => String(Date.parse(first) / 1000 + day * 86_400));
    expect(read(days('2024-01-01T14:30Z'))).toMatchObject({ asks: [], timeframe: '1d' });
    // midnight of Monday in Sydney and Wellington
    for (const first of ['2024-01-07T13:00Z', '2024-01-07T11:00Z'])
      expect(read(days(first)).asks).toEqual(['timezone']);
    expect(read(days('2024-01-07T13:00Z'), { timezone: 'Australia/Sydney' })).toMatchObject({ asks: [] });
    // Monday to Wednesday: without a Friday, this can be midnight of the next day
    const few = days('2024-01-08T22:00Z').slice(0, 3);
    const [question] = read(few).questions;
    expect(question).toMatchObject({ choice: 'timezone', answers: ['+02:00', 'UTC'] });
    expect(question!.message).toContain('line 2 has "1704751200", which is 2024-01-08 22:00:00');
    expect(read(few, { timezone: '+02:00' }).times[0]).toBe('2024-01-09T00:00:00.000Z');
    expect(read(days('2024-01-08T22:00Z')).asks).toEqual([]);
    expect(read(days('2024-01-07T13:00Z'), { timezone: 'Australia/Sydney' }).times[0]).toBe(
      '2024-01-08T00:00:00.000Z',
    );
  });
});

test('close times become open times, if they are chosen or are last seconds', () => {
  const open = '2024-01-02T09:00:00.000Z';
  expect(read(['2024-01-02T10:00Z', '2024-01-02T11:00Z'], { stamps: 'close' }).times[0]).toBe(open);
  expect(read(['2024-01-02T09:59:59.999Z', '2024-01-02T10:59:59.999Z'])).toMatchObject({ stamps: 'close' });
  expect(read(['2024-01-02T09:59:59Z', '2024-01-02T10:59:59Z']).times[0]).toBe(open);
});

test('times with seconds are noted: they may be those of trades', () => {
  const { notes } = read(['2024-01-02T09:30:00Z', '2024-01-02T10:30:07Z', '2024-01-02T11:30:00Z']);
  expect(notes).toEqual([expect.stringContaining('line 3 has "2024-01-02T10:30:07Z", with seconds')]);
});

test('times that can be closes are asked about: a session from 09:35 to 16:00', () => {
  const days = (from: string, count: number): string[] =>
    ['02', '03', '04', '05'].flatMap((day) => every(5, count, `2024-01-${day}T${from}Z`));
  expect(read(days('09:35', 78), { timezone: 'UTC' }).questions).toEqual([
    expect.objectContaining({
      choice: 'stamps',
      answers: ['close', 'open'],
      message: expect.stringContaining('nearly every day begins like 09:35 and ends like 16:00'),
    }),
  ]);
  expect(read(days('09:30', 78), { timezone: 'UTC' }).asks).toEqual([]);
  const closes = read(days('09:35', 78), { timezone: 'UTC', stamps: 'close' });
  expect(closes).toMatchObject({ asks: [], stamps: 'close' });
  expect(closes.times[0]).toBe('2024-01-02T09:30:00.000Z');
});

test.each([
  ['1h', 60],
  ['5m', 5],
] as const)('times that are all the last minute of their %s bars are asked about', (timeframe, minutes) => {
  const cells = [1, 2, 3, 4].map((bar) => new Date((bar * minutes - 1) * 60_000 + DAY).toISOString());
  const [question] = read(cells).questions;
  expect(question).toMatchObject({ choice: 'stamps', answers: ['close', 'open'] });
  expect(question!.message).toContain(`a minute before a multiple of ${Math.min(minutes, 15)} minutes`);
  expect(read(cells, { stamps: 'close' })).toMatchObject({
    asks: [],
    timeframe,
    times: [0, 1, 2, 3].map((bar) => new Date(bar * minutes * 60_000 + DAY).toISOString()),
  });
  expect(read(cells, { stamps: 'open' })).toMatchObject({ asks: [], times: cells });
});

test('a close at the last minute becomes an open in a zone of half hours too', () => {
  const cells = ['09:59', '10:59', '11:59'].map((clock) => `2024-01-02 ${clock}`);
  expect(read(cells, { timezone: 'Asia/Kolkata', stamps: 'close' }).times).toEqual(
    ['03:30', '04:30', '05:30'].map((clock) => `2024-01-02T${clock}:00.000Z`),
  );
});

test('weekly bars with the date of a Friday are asked about: it can be the last day of their week', () => {
  const fridays = ['2024-01-05', '2024-01-12', '2024-01-18', '2024-01-26'];
  const [question] = read(fridays).questions;
  expect(question).toMatchObject({ choice: 'stamps', answers: ['close', 'open'] });
  expect(question!.message).toContain('line 2 has "2024-01-05", a Friday');
  expect(read(fridays, { stamps: 'open' })).toMatchObject({ asks: [], timeframe: '1w' });
  expect(read(fridays, { stamps: 'close' }).times).toEqual(
    ['01', '08', '15', '22'].map((day) => `2024-01-${day}T00:00:00.000Z`),
  );
  for (const first of ['2024-01-01', '2024-01-07'])
    expect(read([0, 7, 14].map((day) => dateAfter(first, day))).asks).toEqual([]);
});

describe('unix times of two units', () => {
  const hours = [1, 2, 3, 4].map((hour) => Date.UTC(2025, 0, 1, hour));
  const expected = hours.map((time) => new Date(time).toISOString());

  test.each([
    ['seconds, then ms', [1e-3, 1e-3, 1, 1]],
    ['ms, then us, as Binance', [1, 1, 1e3, 1e3]],
    ['us, then ms', [1e3, 1e3, 1e3, 1]],
    ['us, then ns', [1e3, 1e6, 1e6, 1e6]],
    ['seconds, ms and us', [1e-3, 1, 1e3, 1e3]],
  ])('%s', (_, factors) => {
    const cells = hours.map((time, at) => String(time * factors[at]!));
    const found = read(cells);
    expect(found).toMatchObject({ asks: [], timeframe: '1h', times: expected });
    expect(found.notes).toEqual([expect.stringContaining('The times have two units: line ')]);
    // a choice of one of them does not make the others wrong
    expect(read(cells, { dateFormat: 'unix_us' }).times).toEqual(expected);
  });

  test('a history from before 1970 on has one unit', () => {
    const days = Array.from({ length: 2_000 }, (_, day) => Date.UTC(1969, 0, 1) + day * 86_400_000);
    const found = read(days.map(String));
    expect(found).toMatchObject({ asks: [], notes: [], timeframe: '1d' });
    expect(found.times.at(-1)).toBe(new Date(days.at(-1)!).toISOString());
  });
});

test('hourly bars before a last bar of half an hour are asked about', () => {
  const clocks = ['10:30', '11:30', '12:30', '13:30', '14:30', '15:30', '16:00'];
  const cells = ['02', '03', '04', '05'].flatMap((day) => clocks.map((clock) => `2024-01-${day}T${clock}Z`));
  expect(read(cells).questions).toEqual([
    expect.objectContaining({ choice: 'timeframe', answers: ['1h', '30m'] }),
  ]);
});

test('a finer timeframe in the name of the file is asked about, if the bars can be those with gaps', () => {
  const cells = ['00', '04', '08'].map((hour) => `2024-01-02T${hour}:00Z`);
  expect(read(cells, { named: '1h' }).questions).toEqual([
    expect.objectContaining({ choice: 'timeframe', answers: ['1h', '4h'] }),
  ]);
  expect(read(cells, { named: '1h', timeframe: '4h' })).toMatchObject({ asks: [], timeframe: '4h' });
  for (const named of ['4h', '1d'] as const)
    expect(read(cells, { named })).toMatchObject({ asks: [], timeframe: '4h' });
  const many = Array.from({ length: 40 }, (_, at) => String(1_704_067_200 + at * 300));
  expect(read(many, { named: '1m' })).toMatchObject({ asks: [], timeframe: '5m' });
});

function dateAfter(first: string, days: number): string {
  return new Date(Date.parse(first) + days * 86_400_000).toISOString().slice(0, 10);
}
