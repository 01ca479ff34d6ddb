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
        'The columns are those of Databento, whose whole prices count 0.000000001: they are divided by 1000000000. --price-scale 1 takes them as written.',
      ],
      questions: [],
    };
  const isLean =
    names.every((name) => name === null) &&
    time === 0 &&
    clock === -1 &&
    symbol === -1 &&
    rows.every((row) => row.length === 6 && /^\d{8} \d\d:\d\d$/.test(row[0]!)) &&
    rows.some((row) => prices.some((column) => Math.abs(Number(row[column])) >= LEAN_SCALE));
  if (!isLean) return { scale: 1, notes: [], questions: [] };
  const [first = []] = rows;
  const cell = first[prices[3]!]!;
  return {
    scale: LEAN_SCALE,
    notes: [],
    questions: [
      {
        choice: 'price_scale',
        message: `All prices are whole numbers, in the layout of QuantConnect LEAN: is the close ${cell} or ${Number(cell) / LEAN_SCALE}?`,
        answers: [String(LEAN_SCALE), '1'],
        suggestion: 'LEAN writes prices of shares times 10000; those of currencies and coins as they are',
      },
    ],
  };
}
