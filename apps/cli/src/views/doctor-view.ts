import { type DoctorCheck, type DoctorReport, type DoctorStatus, oneLine } from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import { padded } from '../shown-width.js';
import type { Style } from '../style.js';
import { counted } from './numbers.js';

/** The checks of the command line and of the API, and at the end what to do. */
export function doctorView(
  { client, api }: { client: readonly DoctorCheck[]; api: DoctorReport | null },
  { style, unicode }: Screen,
): string {
  const all = [...client, ...(api?.checks ?? [])];
  const width = Math.max(...all.map(({ name }) => name.length));
  const part = (title: string, checks: readonly DoctorCheck[]): string =>
    [style.bold(title), ...checks.map((check) => line(check, width, unicode, style))].join('\n');
  return [
    part('This machine', client),
    ...(api === null ? [] : [part(`API ${oneLine(api.version)}`, api.checks)]),
    whatToDo(all, style),
  ].join('\n\n');
}

function line({ name, status, summary }: DoctorCheck, width: number, unicode: boolean, style: Style): string {
  // three spaces begin a column, under which a long text continues
  return `  ${mark(status, unicode, style)} ${style.dim(padded(oneLine(name), width))}   ${oneLine(summary)}`;
}

function mark(status: DoctorStatus, unicode: boolean, style: Style): string {
  switch (status) {
    case 'ok':
      return style.green(unicode ? '✔' : 'ok');
    case 'absent':
      return style.dim(unicode ? '–' : '-');
    case 'warning':
      return style.yellow('!');
    case 'problem':
      return style.red(unicode ? '✖' : 'x');
  }
}

function whatToDo(checks: readonly DoctorCheck[], style: Style): string {
  const problems = checks.filter(({ status }) => status === 'problem');
  const warnings = checks.filter(({ status }) => status === 'warning');
  const advice = [...problems, ...warnings].filter((check) => check.advice !== null);
  if (problems.length + warnings.length === 0)
    return style.green('Everything works. There is nothing to do.');
  const found = [
    ...(problems.length === 0 ? [] : [style.red(counted(problems.length, 'problem'))]),
    ...(warnings.length === 0 ? [] : [style.yellow(counted(warnings.length, 'warning'))]),
  ].join(', ');
  if (advice.length === 0) return `${found}.`;
  return [
    `${found}. What to do:`,
    ...advice.map(
      ({ name, advice: text }, index) => `  ${index + 1}. ${oneLine(name)}: ${oneLine(text ?? '')}`,
    ),
  ].join('\n');
}
