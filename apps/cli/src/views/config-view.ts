import { printable } from '@ktrdr/contracts';
import type { Screen } from '../screen.js';
import type { SettingReport } from '../settings.js';
import { textTable } from './text-table.js';

/** One line per setting. */
export function configView(
  { file, settings }: { file: string; settings: readonly SettingReport[] },
  { columns, style }: Screen,
): string {
  const table = textTable(
    [{ head: 'setting' }, { head: 'value', least: 20, cut: 'middle' }, { head: 'from' }],
    settings.map(({ name, value, from, variable, problem }) => {
      const shown = printable(value ?? '-');
      return [name, problem === null ? shown : style.red(shown), variable ?? from];
    }),
    style,
    columns,
  );
  const problems = settings.flatMap(({ problem }) =>
    problem === null ? [] : [style.red(`  ${printable(problem)}`)],
  );
  return [table, ...problems, '', `  file: ${printable(file)}`].join('\n');
}
