import { DATA_FINDING_KINDS, type DataFinding, type DataFindingKind } from '@ktrdr/contracts';
import type { Bars } from '../bars.js';
import { formatBarTime } from '../timestamp.js';

const MOST_EXAMPLES = 5;
const SEVERITIES: readonly DataFinding['severity'][] = ['error', 'warning', 'note'];

/** One place of a finding, by the indexes of its first and last bar. */
export interface Place {
  from: number;
  to: number;
  text: string;
  /** Places with more weight are shown first. */
  weight: number;
}

/** Builds a finding from its places, which must be in order of time. There is at least one. */
export function findingOf(
  bars: Bars,
  finding: {
    kind: DataFindingKind;
    severity: DataFinding['severity'];
    message: string;
    bars: number;
    /** Default: `bars` as a share of the file's bars. */
    share?: number;
    places: readonly Place[];
  },
): DataFinding {
  const { kind, severity, message, places } = finding;
  const time = (bar: number): string => formatBarTime(bars.time[bar]!, bars.timeframe);
  const examples = places
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, MOST_EXAMPLES)
    .map(({ from, text }) => ({ time: time(from), text }));
  return {
    kind,
    severity,
    message,
    bars: finding.bars,
    share: finding.share ?? finding.bars / bars.length,
    first: time(places[0]!.from),
    last: time(places.at(-1)!.to),
    examples,
  };
}

/** Sorts findings: by severity, then by kind, then by share. */
export function byGravity(a: DataFinding, b: DataFinding): number {
  return (
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    DATA_FINDING_KINDS.indexOf(a.kind) - DATA_FINDING_KINDS.indexOf(b.kind) ||
    b.share - a.share
  );
}

/** `1,500 bars` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`;
}

/** `0.5 %`, `12 %`; `under 0.1 %` for less. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return 'under 0.1 %';
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}

/** A price or factor with four significant digits. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
