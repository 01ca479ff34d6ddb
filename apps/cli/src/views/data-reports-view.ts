import { printable, type DataFinding, type DataReport } from '@ktrdr/contracts';
import type { Style } from '../style.js';
import { count, counted, moment, orDash, period } from './numbers.js';
import { textTable } from './text-table.js';

/** Every finding of every file. Files without findings share one line. */
export function dataReportsView(reports: readonly DataReport[], style: Style): string {
  if (reports.length === 0) return "There are no bars in the API's data folder (DATA_DIR).";
  const sound = reports.filter(({ findings }) => findings.length === 0);
  const sections = reports
    .filter(({ findings }) => findings.length > 0)
    .map((report) =>
      [heading(report, style), ...report.findings.map((finding) => findingView(finding, style))].join('\n'),
    );
  if (sound.length > 0) {
    sections.push(`Nothing unusual:\n${soundTable(sound, style)}`);
  }
  return sections.join('\n\n');
}

function heading({ file, bars, start, end }: DataReport, style: Style): string {
  const name = style.bold(printable(file));
  return start === null || end === null ? name : `${name}   ${counted(bars, 'bar')}, ${period(start, end)}`;
}

function soundTable(reports: readonly DataReport[], style: Style): string {
  return textTable(
    [{ head: 'file' }, { head: 'first (UTC)' }, { head: 'last (UTC)' }, { head: 'bars', align: 'right' }],
    reports.map(({ file, bars, start, end }) => [
      printable(file),
      orDash(start, moment),
      orDash(end, moment),
      count(bars),
    ]),
    style,
  );
}

function findingView({ severity, message, examples }: DataFinding, style: Style): string {
  const colour = { error: style.red, warning: style.yellow, note: style.dim }[severity];
  const places =
    examples.length < 2 ? [] : examples.map(({ time, text }) => `      ${moment(time)}   ${printable(text)}`);
  return [`  ${colour(`${severity}:`)} ${printable(message).replaceAll('\n', '\n      ')}`, ...places].join(
    '\n',
  );
}

/** `1 warning, 2 notes; ktrdr data check shows them`; `null` if nothing was found. */
export function dataReportsSummary(reports: readonly DataReport[]): string | null {
  const findings = reports.flatMap((report) => report.findings);
  const of = (severity: DataFinding['severity']): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const counts = [
    ...(of('warning') === 0 ? [] : [counted(of('warning'), 'warning')]),
    ...(of('note') === 0 ? [] : [counted(of('note'), 'note')]),
  ];
  return counts.length === 0 ? null : `${counts.join(', ')} about the bars: ktrdr data check`;
}
