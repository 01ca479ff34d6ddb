/** What a data report can find in a file of bars, most serious first. */
export const DATA_FINDING_KINDS = [
  'refused',
  'no_movement',
  'unit_error',
  'split',
  'stale',
  'price_jump',
  'repeated_stretch',
  'flat_stretch',
  'missing_stretch',
  'missing_bars',
  'bad_print',
  'weekend_bars',
  'prices_not_positive',
  'zero_volume',
] as const;
/** Kind of a finding. docs/data.md has their thresholds. */
export type DataFindingKind = (typeof DATA_FINDING_KINDS)[number];

/** One kind of problem in a file of bars. */
export interface DataFinding {
  kind: DataFindingKind;
  /** `error`: the file cannot be read. `warning`: results are less reliable. `note`: good to know. */
  severity: 'error' | 'warning' | 'note';
  /** What is wrong, where, and what to do. Does not name the file. */
  message: string;
  /** Number of bars concerned; for missing bars, how many are missing. */
  bars: number;
  /** `bars` as a share of the file's bars; of the expected bars if bars are missing. */
  share: number;
  /** Open times of the first and the last bar concerned; `null` if the file cannot be read. */
  first: string | null;
  last: string | null;
  /** Up to five places, the clearest ones. */
  examples: { time: string; text: string }[];
}

/** Warnings that make results wrong, not only less reliable. */
const MAKES_RESULTS_WRONG: ReadonlySet<DataFindingKind> = new Set([
  'no_movement',
  'unit_error',
  'split',
  'repeated_stretch',
]);

/** True for an error, and for a warning that makes results wrong. A check with such a finding fails. */
export function isGrave({ kind, severity }: Pick<DataFinding, 'kind' | 'severity'>): boolean {
  return severity === 'error' || (severity === 'warning' && MAKES_RESULTS_WRONG.has(kind));
}

/** What is unusual about one file of bars. */
export interface DataReport {
  symbol: string;
  timeframe: string;
  /** Base name. */
  file: string;
  /** 0 if the file cannot be read. */
  bars: number;
  /** Open times of the first and the last bar; `null` if the file cannot be read. */
  start: string | null;
  end: string | null;
  /** Most serious first. */
  findings: DataFinding[];
}

/** Query of `GET /data/check`. */
export interface DataCheckQuery {
  /** Only the files of this symbol. */
  symbol?: string;
  /** Only the files of this timeframe. */
  timeframe?: string;
}

/** `data` of `GET /data/check`: one report for each file, most serious first. */
export interface DataCheck {
  reports: DataReport[];
}
