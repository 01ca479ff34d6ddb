import type { ImportChoices, ImportQuestion } from '@ktrdr/contracts';
import { simpleName } from './column-names.js';
import type { NamedTable } from './find-columns.js';
import type { Layout } from './layout.js';

/** By what the prices of a file are divided. */
export interface PriceScale {
  scale: number;
  notes: string[];
  questions: ImportQuestion[];
}

/** Columns of Databento's records. */
const DATABENTO = ['rtype', 'publisher id', 'instrument id'];
const DATABENTO_SCALE = 1e9;
const LEAN_SCALE = 10_000;
/** Digits of prices with leading zeros. */
const LEAST_PADDED = 6;
const WHOLE = /^-?\d+$/;

/**
 * Some sources write prices as whole numbers of a small unit. Their columns say so for certain (Databento), or the layout makes it likely
 * (QuantConnect LEAN): then it is asked.
 */
export function priceScaleOf(
  { names, rows }: NamedTable,
  { groups, time, clock, symbol }: Pick<Layout, 'groups' | 'time' | 'clock' | 'symbol'>,
  { price_scale: chosen }: ImportChoices,
): PriceScale {
  if (chosen !== undefined) {
    const notes = chosen === '1' ? [] : [`The prices are divided by ${chosen}.`];
    return { scale: Number(chosen), notes, questions: [] };
  }
  const prices = groups.flatMap(({ open, high, low, close }) => [open, high, low, close]);
  const areWhole = rows.every((row) => prices.every((column) => WHOLE.test(row[column] ?? '')));
  if (!areWhole) return { scale: 1, notes: [], questions: [] };
  const known = new Set(names.map((name) => simpleName(name ?? '').replace(/^hd /, '')));
  if (DATABENTO.every((name) => known.has(name)))
    return {
      scale: DATABENTO_SCALE,
      notes: [
        'The columns are those of Databento, which writes prices as whole numbers of 0.000000001. The import divides them by 1000000000. Use --price-scale 1 to keep them as written.',
      ],
      questions: [],
    };
  const [first = []] = rows;
  const cell = first[prices[3]!]!;
  const isPadded = rows.every((row) =>
    prices.every((column) => row[column]!.length === cell.length && row[column]!.startsWith('0')),
  );
  if (isPadded && cell.length >= LEAST_PADDED)
    return asked(
      100,
      `All prices have ${cell.length} digits with leading zeros: is the close ${Number(cell)} or ${Number(cell) / 100}?`,
      'B3 writes prices with two decimals and no decimal point',
    );
  const isLean =
    names.every((name) => name === null) &&
    time === 0 &&
    clock === -1 &&
    symbol === -1 &&
    rows.every((row) => row.length === 6 && /^\d{8} \d\d:\d\d$/.test(row[0]!)) &&
    rows.some((row) => prices.some((column) => Math.abs(Number(row[column])) >= LEAN_SCALE));
  if (!isLean) return { scale: 1, notes: [], questions: [] };
  return asked(
    LEAN_SCALE,
    `All prices are whole numbers, in the layout of QuantConnect LEAN: is the close ${cell} or ${Number(cell) / LEAN_SCALE}?`,
    'LEAN multiplies prices of shares by 10000, but not those of currencies and cryptocurrencies',
  );
}

function asked(scale: number, message: string, suggestion: string): PriceScale {
  return {
    scale,
    notes: [],
    questions: [{ choice: 'price_scale', message, answers: [String(scale), '1'], suggestion }],
  };
}

/** What a volume counts, by the end of its name: `Volume (K)`, `Volume ('000)`, `Volume in Mio.`. Without brackets, `MLN` may be a coin. */
const VOLUME_SCALES: readonly [RegExp, number][] = [
  [/[( ](['’]?00s?|100s|hundreds?)\)?$/i, 1e2],
  [/[( ](['’]?000s?|1,?000s|tsd\.?|thousands?|тыс\.?)\)?$|(\(|\bin )k\)?$/i, 1e3],
  [/[( ](lakhs?|lacs?)\)?$/i, 1e5],
  [/[( ](mio\.|millions?|млн\.?)\)?$|(\(|\bin )(mn|mio|mln\.?)\)?$/i, 1e6],
  [/[( ]crores?\)?$|(\(|\bin )cr\)?$/i, 1e7],
  [/[( ](mrd\.?|billions?|млрд\.?)\)?$|(\(|\bin )bn\)?$/i, 1e9],
];
/** `457.62K`: the number has its unit with it. */
const HAS_UNIT = /\d\s*\p{L}+\.?$/u;

/** The number that the volumes are multiplied by, as the name of their column says, with a note. */
export function volumeScaleOf(
  { names, groups }: Pick<Layout, 'names' | 'groups'>,
  rows: readonly string[][],
): { scale: number; notes: string[] } {
  const { volume } = groups[0]!;
  const name = names[volume] ?? '';
  const [, scale = 1] = VOLUME_SCALES.find(([words]) => words.test(name.trim())) ?? [];
  if (scale === 1 || rows.some((row) => HAS_UNIT.test((row[volume] ?? '').trim())))
    return { scale: 1, notes: [] };
  return { scale, notes: [`${name}: the volumes are multiplied by ${scale}.`] };
}
