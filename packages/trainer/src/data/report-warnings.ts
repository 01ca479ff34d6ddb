import { DATA_FINDING_KINDS, type DataFinding, type DataReport } from '@ktrdr/contracts';
import { count } from './named.js';
import type { PreparedData } from './prepare-data.js';

/**
 * The warnings of data reports that concern a training's rows, most serious first. Stale files have a warning of their own, which
 * knows how many rows they cost.
 */
export function reportWarnings(reports: readonly DataReport[], { dataset }: PreparedData): string[] {
  return reports
    .flatMap((report) => report.findings.map((finding) => ({ report, finding })))
    .filter(({ finding: { severity, kind } }) => severity === 'warning' && kind !== 'stale')
    .filter(({ report, finding }) => {
      const { inRange } = dataset.symbols.find(({ symbol }) => symbol === report.symbol)!;
      return overlaps(finding, inRange.time);
    })
    .toSorted((a, b) => weightOf(a.finding) - weightOf(b.finding))
    .map(({ report, finding }) => `${report.file}: ${finding.message}${keptText(finding)}`);
}

function overlaps({ first, last }: DataFinding, time: Float64Array): boolean {
  return Date.parse(first!) <= time.at(-1)! && Date.parse(last!) >= time[0]!;
}

function weightOf({ kind }: DataFinding): number {
  return DATA_FINDING_KINDS.indexOf(kind);
}

/** What the training does with the bars. Missing bars have no rows. */
function keptText({ kind, bars }: DataFinding): string {
  if (kind === 'missing_bars' || kind === 'missing_stretch') return '';
  return ` ${bars === 1 ? 'This bar stays' : `These ${count(bars)} bars stay`} in the training.`;
}
