import { setImmediate } from 'node:timers/promises';
import { KtrdrError } from '@ktrdr/contracts';
import { type Bars, type DateRange, describeBars, selectRange } from '@ktrdr/market-data';
import { forMoreClasses, forMoreLabels } from './label-advice.js';
import {
  MINIMUM_ROWS,
  prepareData,
  type PreparedData,
  type PrepareReport,
  type PrepareRequest,
} from './prepare-data.js';

const TOO_SHORT = new Set(['not_enough_bars', 'empty_split', 'one_class_only']);

/** Figures of a part with fewer rows say nothing. */
export const USABLE_PART_ROWS = 10;

/** So often is the threshold of the labels halved, to find one that would do. */
const MOST_HALVINGS = 6;

/** `prepareData`, whose errors about a range that is too short also name what would do: tried, not guessed. */
export async function prepareDataOrAdvise(
  request: PrepareRequest,
  report: PrepareReport,
): Promise<PreparedData> {
  try {
    return await prepareData(request, report);
  } catch (error) {
    if (!(error instanceof KtrdrError) || !TOO_SHORT.has(error.code)) throw error;
    if (await isValidationSplitToBlame(request)) {
      throw new KtrdrError(
        error.code,
        `${error.message} The validation split of ${request.validationSplit} leaves too little: choose another one, or leave it out (--validation-split).`,
        { details: error.details, cause: error },
      );
    }
    const range = await findRange(request);
    const threshold = range === null ? await findThreshold(request) : null;
    throw new KtrdrError(
      error.code,
      `${error.message} ${adviceText(request, error.code, range, threshold)}`,
      {
        details: {
          ...(error.details as object),
          suggested_range: range,
          suggested_zigzag_threshold: threshold?.threshold ?? null,
        },
        cause: error,
      },
    );
  }
}

/** One thing to do next. */
function adviceText(
  request: PrepareRequest,
  code: KtrdrError['code'],
  range: Days | null,
  found: Threshold | null,
): string {
  if (range !== null) return `This range would do: ${range.start_date} to ${range.end_date}.`;
  const there = baseBars(request)
    .map((bars) => `${bars.symbol} has ${describeBars(bars)}`)
    .join('; ');
  const { labels } = request.strategy.training;
  const change = code === 'one_class_only' ? forMoreClasses(labels) : forMoreLabels(labels);
  if (found !== null) {
    return (
      `A longer range does not help: ${there}. Set training.labels.zigzag_threshold to ${found.threshold} ` +
      `(it is ${found.now})${found.ofAllBars ? ' and train on all of them' : ''}: ` +
      `that leaves ${USABLE_PART_ROWS} rows and more in each part.`
    );
  }
  if (labels.source === 'zigzag' && (labels.method === 'segments' || code === 'one_class_only')) {
    return `Neither a longer range (${there}) nor ${change} leaves ${USABLE_PART_ROWS} rows in each part: add bars.`;
  }
  return `A longer range does not help: ${there}. Add bars, or take ${change}.`;
}

/** The shares of the strategy would do. */
async function isValidationSplitToBlame(request: PrepareRequest): Promise<boolean> {
  return request.validationSplit !== undefined && suffices({ ...request, validationSplit: undefined });
}

interface Days {
  start_date: string;
  end_date: string;
}

const DAY_MS = 86_400_000;

/** A range around the one that was too short: twice as many bars each time, further back first, then further on. */
async function findRange(request: PrepareRequest): Promise<Days | null> {
  const all = baseBars(request)[0]!;
  const inRange = selectRange(all, { ...request.range, history: 0 }).bars;
  let last = all.time.indexOf(inRange.time[inRange.length - 1]!);
  for (let count = Math.max(MINIMUM_ROWS, inRange.length) * 2; ; count *= 2) {
    const first = Math.max(0, last - count + 1);
    if (first === 0) last = Math.min(all.length - 1, count - 1);
    const days = wholeDays(all, first, last);
    const range = { start: Date.parse(days.start_date), end: Date.parse(days.end_date) + DAY_MS - 1 };
    if (await suffices({ ...request, range })) return days;
    if (first === 0 && last === all.length - 1) return null;
  }
}

interface Threshold {
  threshold: number;
  /** What the strategy has. */
  now: number;
  /** The range that was asked for is too short even so. */
  ofAllBars: boolean;
}

/** The greatest of some lower thresholds with which the same range would do, or at least all bars. */
async function findThreshold(request: PrepareRequest): Promise<Threshold | null> {
  const { training } = request.strategy;
  if (training.labels.source !== 'zigzag') return null;
  const { threshold: now } = training.labels;
  const ranges: [boolean, DateRange][] = [
    [false, request.range],
    [true, {}],
  ];
  for (const [ofAllBars, range] of ranges) {
    for (let halvings = 1; halvings <= MOST_HALVINGS; halvings += 1) {
      const threshold = Number((now / 2 ** halvings).toPrecision(2));
      const labels = { ...training.labels, threshold };
      const strategy = { ...request.strategy, training: { ...training, labels } };
      if (await suffices({ ...request, strategy, range })) return { threshold, now, ofAllBars };
    }
  }
  return null;
}

async function suffices(request: PrepareRequest): Promise<boolean> {
  try {
    const { parts } = await prepareData(request, () => setImmediate());
    return Object.values(parts).every(({ rows }) => rows >= USABLE_PART_ROWS);
  } catch (error) {
    if (error instanceof KtrdrError) return false;
    throw error;
  }
}

function baseBars({ bars, strategy }: PrepareRequest): Bars[] {
  return bars.map((symbol) => symbol.bars.get(strategy.baseTimeframe)!);
}

function wholeDays({ time }: Bars, first: number, last: number): Days {
  const day = (bar: number): string => new Date(time[bar]!).toISOString().slice(0, 10);
  return { start_date: day(first), end_date: day(last) };
}
