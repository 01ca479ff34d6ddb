import { setImmediate } from 'node:timers/promises';
import { KtrdrError } from '@ktrdr/contracts';
import { type Bars, describeBars, selectRange } from '@ktrdr/market-data';
import { forMoreClasses, forMoreLabels } from './label-advice.js';
import {
  MINIMUM_ROWS,
  prepareData,
  type PreparedData,
  type PrepareReport,
  type PrepareRequest,
} from './prepare-data.js';

const TOO_SHORT = new Set(['not_enough_bars', 'empty_split', 'one_class_only']);

/** `prepareData`, whose errors about a range that is too short also name one that would do: tried, not guessed. */
export async function prepareDataOrAdvise(
  request: PrepareRequest,
  report: PrepareReport,
): Promise<PreparedData> {
  try {
    return await prepareData(request, report);
  } catch (error) {
    if (!(error instanceof KtrdrError) || !TOO_SHORT.has(error.code)) throw error;
    const range = await findRange(request);
    const base = request.bars.map(({ bars }) => bars.get(request.strategy.baseTimeframe)!);
    const there = base.map((bars) => `${bars.symbol} has ${describeBars(bars)}`).join('; ');
    const { labels } = request.strategy.training;
    const change = error.code === 'one_class_only' ? forMoreClasses(labels) : forMoreLabels(labels);
    const advice =
      range === null
        ? `Even all bars that there are do not suffice (${there}): add bars, or take ${change}.`
        : `This range would do: ${range.start_date} to ${range.end_date}.`;
    throw new KtrdrError(error.code, `${error.message} ${advice}`, {
      details: { ...(error.details as object), suggested_range: range },
      cause: error,
    });
  }
}

interface Days {
  start_date: string;
  end_date: string;
}

const DAY_MS = 86_400_000;

/** A range around the one that was too short: twice as many bars each time, further back first, then further on. */
async function findRange(request: PrepareRequest): Promise<Days | null> {
  const all = request.bars[0]!.bars.get(request.strategy.baseTimeframe)!;
  const inRange = selectRange(all, { ...request.range, history: 0 }).bars;
  let last = all.time.indexOf(inRange.time[inRange.length - 1]!);
  for (let count = Math.max(MINIMUM_ROWS, inRange.length) * 2; ; count *= 2) {
    const first = Math.max(0, last - count + 1);
    if (first === 0) last = Math.min(all.length - 1, count - 1);
    const days = wholeDays(all, first, last);
    if (await suffices(request, days)) return days;
    if (first === 0 && last === all.length - 1) return null;
  }
}

async function suffices(request: PrepareRequest, days: Days): Promise<boolean> {
  const range = { start: Date.parse(days.start_date), end: Date.parse(days.end_date) + DAY_MS - 1 };
  try {
    await prepareData({ ...request, range }, () => setImmediate());
    return true;
  } catch (error) {
    if (error instanceof KtrdrError) return false;
    throw error;
  }
}

function wholeDays({ time }: Bars, first: number, last: number): Days {
  const day = (bar: number): string => new Date(time[bar]!).toISOString().slice(0, 10);
  return { start_date: day(first), end_date: day(last) };
}
