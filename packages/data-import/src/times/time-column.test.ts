import { describe, expect, test } from '@jest/globals';
import { TimeColumn, looksLikeTime } from './time-column.js';
import type { TimeChoices } from './written-times.js';

const NOW = Date.UTC(2026, 10, 30);

/** A cell, or the cells of a date and a time of day in two columns. */
type Cells = string | readonly [string, string];

/** Reads the cells as lines 2, 3, ... */
function read(cells: readonly Cells[], choices: Partial<TimeChoices> = {}, symbols?: number[]) {
  const column = new TimeColumn({ now: NOW, ...choices }, 1);
  const refused: string[] = [];
  for (const [index, cell] of cells.entries()) {
    const [date, time] = typeof cell === 'string' ? [cell] : cell;
    const bytes = Buffer.from(`x${date}y${time ?? ''}z`);
    const to = 1 + Buffer.byteLength(date);
    const problem =
      time === undefined
        ? column.push(index + 2, bytes, 1, to)
        : column.push(index + 2, bytes, 1, to, to + 1, bytes.length - 1);
    if (problem !== null) refused.push(problem);
  }
  const found = column.finish(symbols);
  return {
    ...found,
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
    ['2024-02-30', 'time "2024-02-30" is no date: the month has no day 30'],
    ['31/31/2024', 'time "31/31/2024" is no date: no order of day and month fits'],
    ['2024-01-02 25:00', 'time "2024-01-02 25:00" cannot be read'],
    ['2024-01-02 09:30 Nowhere', '"Nowhere" is no time zone'],
    [
      '1.70421E+12',
      'time "1.70421E+12" has lost digits in a spreadsheet: export the column as a number without an exponent',
    ],
  ])('a cell that is no time, %s, is refused', (cell, problem) => {
    expect(read([cell]).refused).toEqual([problem]);
  });

  test('a cell in another form than the first is refused, as spreadsheets mix day and month', () => {
    expect(read(['13/01/2024', '2024-02-01']).refused).toEqual([
      'time "2024-02-01" is written in another way than the first one, "13/01/2024"',
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
