import { type DeletedProfile, printable, type ImportChoices, type ProfileList } from '@ktrdr/contracts';
import { answer } from '../answer.js';
import { type CommandContext, openApi } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import type { ReadOptions } from '../read-options.js';
import { pairs } from '../views/text-table.js';

/** `ktrdr data profiles`: lists the saved choices of imports, or deletes one profile. */
export async function profiles(
  context: CommandContext,
  { delete: name, ...options }: ReadOptions & { delete?: string },
): Promise<ExitCode> {
  const api = openApi(context, options);
  if (name !== undefined) {
    const deleted = await api.delete<DeletedProfile>(`/data/profiles/${encodeURIComponent(name)}`);
    return answer(context, options, deleted, {
      view: (profile) => `Deleted the profile ${printable(profile.name)}.`,
      names: (profile) => [profile.name],
    });
  }
  const list = await api.get<ProfileList>('/data/profiles');
  return answer(context, options, list, {
    view: ({ profiles: saved }, { style }) =>
      saved.length === 0
        ? 'No profiles yet. Save the choices of an import: ktrdr data import FILE --save-profile NAME'
        : pairs(
            saved.map(({ name: one, choices }) => [printable(one), choicesText(choices)]),
            style,
          ),
    names: ({ profiles: saved }) => saved.map(({ name: one }) => one),
  });
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
