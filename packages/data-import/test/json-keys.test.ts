import { describe, expect, test } from '@jest/globals';
import { refusal, understand } from './understand-file.js';

const BAR = (day: number): string =>
  `{"date":"2024-01-${String(day).padStart(2, '0')}","open":1.2,"high":2,"low":1,"close":1.5}`;
const TWICE = BAR(4).replace('"close":1.5', '"close":1.5,"close":1.6');

describe('a key twice in an object', () => {
  test.each([
    ['a list', `[\n${BAR(2)},\n${BAR(3)},\n${TWICE}]`, 4],
    ['the first row', `[${TWICE},\n${BAR(5)}]`, 1],
    ['a line for each bar', [BAR(2), BAR(3), TWICE].join('\n'), 3],
    ['the first line', [TWICE, BAR(5)].join('\n'), 1],
    ['an answer', `{"symbol":"A",\n"bars":[${BAR(2)},\n${TWICE}]}`, 3],
    ['an answer itself', `{"bars":[${BAR(2)}],\n"symbol":"close",\n"bars":[${BAR(3)}]}`, 3],
    [
      'columns',
      '{"date":{"0":"2024-01-02"},"open":{"0":1},"high":{"0":2},\n"low":{"0":1,"0":0.5},"close":{"0":1}}',
      2,
    ],
    ['rows by date', `{"2024-01-02":${BAR(2)},\n"2024-01-02":${BAR(3)}}`, 2],
    ['written differently', `[${BAR(2)},\n${TWICE.replace('"close":1.6', '"cl\\u006fse":1.6')}]`, 2],
  ])('%s: refused with its line', async (_, text, line) => {
    const { message } = await refusal(text, {}, 'AAPL.json');
    expect(message).toMatch(
      new RegExp(
        `^AAPL\\.json:${line}: one object has the key "(close|bars|0|2024-01-02)" twice: keep one of them$`,
      ),
    );
  });

  test.each([
    ['in a long list', (rows: string[]) => `[\n${rows.join(',\n')}\n]`, 40_002],
    ['in many lines', (rows: string[]) => rows.join('\n'), 40_001],
  ])('%s', async (_, textOf, line) => {
    const rows = Array.from({ length: 60_000 }, (_row, at) =>
      BAR(2).replace('2024-01-02', String(at * 60 + 1e9)),
    );
    rows[40_000] = rows[40_000]!.replace('"open"', '"low"');
    expect((await refusal(textOf(rows), {}, 'AAPL.json')).message).toContain(
      `AAPL.json:${line}: one object has the key "low" twice`,
    );
  });

  test('keys that look alike, colons and quotes in texts are none', async () => {
    const text = `[${[2, 3].map((day) => BAR(day).replace('{', '{"Close2":"a:\\"b\\\\","closed":"\\"close\\":1",')).join()}]`;
    expect((await understand(text, {}, 'AAPL.json')).asks).toEqual([]);
  });
});

describe('numbers that are none, as Python writes them', () => {
  const bar = (day: number, close: string, volume: string): string =>
    `{"date":"2024-01-0${day}","open":${close},"high":${close},"low":${close},"close":${close},"volume":${volume},"note":"NaN, Infinity"}`;

  test('are empty cells', async () => {
    const text = `[${bar(2, '1.5', 'NaN')},${bar(3, 'NaN', 'NaN')},${bar(4, '-Infinity', 'Infinity')},${bar(5, '2', '-Infinity')}]`;
    const { bars, leftOut, asks } = await understand(text, { timeframe: '1d' }, 'AAPL.json');
    expect({ bars, leftOut, asks }).toEqual({
      bars: ['AAPL 1d 2024-01-02..2024-01-05 [2 2 2 2 0]'],
      leftOut: ['3: no price', '4: no price'],
      asks: [],
    });
  });

  test('one among others is a bad value, as in CSV', async () => {
    const text = [bar(2, '1.5', '3'), bar(3, '1.5', 'NaN')].join('\n');
    expect((await understand(text, { timeframe: '1d' }, 'AAPL.json')).asks).toEqual([
      expect.stringContaining('volume (volume) is empty or -1, and other rows have one'),
    ]);
  });
});
