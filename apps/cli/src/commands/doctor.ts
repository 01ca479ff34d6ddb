import { answer } from '../answer.js';
import type { CommandContext } from '../context.js';
import { examine } from '../doctor-checks.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readVersion } from '../own-files.js';
import type { ReadOptions } from '../read-options.js';
import { doctorView } from '../views/doctor-view.js';

/** `ktrdr doctor`: exit code 1 if something does not work. */
export async function doctor(context: CommandContext, options: ReadOptions): Promise<ExitCode> {
  const report = await examine(context, readVersion(), options.verbose);
  answer(context, options, report, {
    view: doctorView,
    names: ({ client, api }) =>
      [...client, ...(api?.checks ?? [])]
        .filter(({ status }) => status === 'problem')
        .map(({ name }) => name),
  });
  return report.status === 'problem' ? EXIT.failed : EXIT.completed;
}
