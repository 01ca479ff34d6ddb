import { type DeletedProfile, printable, type ImportChoices, type ProfileList } from '@ktrdr/contracts';
import { type CommandContext, openApi } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { pairs } from '../views/text-table.js';

/** `ktrdr data profiles`: lists the saved choices of imports, or deletes one profile. */
export async function profiles(
  context: CommandContext,
  { delete: name, json, verbose }: ReadOptions & { delete?: string },
): Promise<ExitCode> {
  const { output } = context;
  const api = openApi(context, { verbose });
  if (name !== undefined) {
    const deleted = await api.delete<DeletedProfile>(`/data/profiles/${encodeURIComponent(name)}`);
    if (json) output.json(deleted);
    else output.out(`Deleted the profile ${printable(deleted.name)}.`);
    return EXIT.completed;
  }
  const list = await api.get<ProfileList>('/data/profiles');
  if (json) output.json(list);
  else if (list.profiles.length === 0)
    output.out('No profiles yet. Save the choices of an import: ktrdr data import FILE --save-profile NAME');
  else
    output.out(
      pairs(
        list.profiles.map(({ name: one, choices }) => [printable(one), choicesText(choices)]),
        output.style,
      ),
    );
  return EXIT.completed;
}

function choicesText(choices: ImportChoices): string {
  const texts = Object.entries(choices).map(([name, value]: [string, unknown]) => {
    const option = `--${name.replaceAll('_', '-')}`;
    if (typeof value !== 'object' || value === null) return `${option} ${String(value)}`;
    return `${option} ${Object.entries(value)
      .map(([key, one]) => `${key}=${String(one)}`)
      .join(',')}`;
  });
  return printable(texts.join(' ') || 'no choices');
}
