import { readApiUrl, readAuthorities, readTerminalSettings, readVariable, tokenFilePath } from '../config.js';
import { answer } from '../answer.js';
import { CliError, UsageError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import type { ExitCode } from '../exit-code.js';
import { nearest } from '../nearest.js';
import type { ReadOptions } from '../read-options.js';
import {
  COLOUR_CHOICES,
  type SavedSettings,
  SETTING_NAMES,
  type SettingName,
  type SettingReport,
  SETTINGS,
} from '../settings.js';
import { configView } from '../views/config-view.js';

/** `--json` of `ktrdr config show`. */
export interface ConfigReport {
  /** The file that `ktrdr config set` writes. */
  file: string;
  settings: SettingReport[];
}

/** `ktrdr config show`: every setting, its value, and where the value comes from. */
export async function showConfig(context: CommandContext, options: ReadOptions): Promise<ExitCode> {
  const file = context.settingsFile();
  const saved = file.read();
  const report: ConfigReport = {
    file: file.path,
    settings: SETTING_NAMES.map((name) => settingReport(name, saved)),
  };
  return answer(context, options, report, {
    view: configView,
    names: ({ settings }) => settings.map(({ name, value }) => `${name}=${value ?? ''}`),
  });
}

/** `ktrdr config get NAME`: its value alone. */
export async function getSetting(
  context: CommandContext,
  typed: string,
  options: ReadOptions,
): Promise<ExitCode> {
  const report = settingReport(settingName(typed), context.settingsFile().read());
  const text = ({ value }: SettingReport): string => value ?? '';
  return answer(context, options, report, { view: text, names: (shown) => [text(shown)] });
}

/** `ktrdr config set NAME VALUE`: checks the value, and stores it. */
export async function setSetting(
  context: CommandContext,
  typed: string,
  value: string,
  options: ReadOptions,
): Promise<ExitCode> {
  const name = settingName(typed);
  const problem = problemOf(name, value);
  if (problem !== null) throw new UsageError(problem);
  return change(context, name, value, options);
}

/** `ktrdr config unset NAME`: back to the default. */
export async function unsetSetting(
  context: CommandContext,
  typed: string,
  options: ReadOptions,
): Promise<ExitCode> {
  return change(context, settingName(typed), null, options);
}

function change(
  context: CommandContext,
  name: SettingName,
  value: string | null,
  options: ReadOptions,
): ExitCode {
  const file = context.settingsFile();
  file.set(name, value);
  const report = settingReport(name, file.read());
  if (report.from === 'environment')
    context.output.note(`note: ${report.variable} is set in the environment and overrides the file.`);
  return answer(context, options, report, {
    view: (shown) => `${shown.name} is ${shown.value ?? 'not set'} (${file.path}).`,
    names: (shown) => [shown.value ?? ''],
  });
}

function settingReport(name: SettingName, saved: SavedSettings): SettingReport {
  const variable = SETTINGS[name].variables.find((one) => readVariable(one) !== undefined) ?? null;
  const value = valueOf(name, saved);
  const from = variable !== null ? 'environment' : saved[name] !== undefined ? 'file' : 'default';
  return { name, value, from, variable, problem: value === null ? null : problemOf(name, value, variable) };
}

function valueOf(name: SettingName, saved: SavedSettings): string | null {
  switch (name) {
    case 'color':
      return readTerminalSettings(undefined, saved).colour;
    case 'token_file':
      return tokenFilePath(undefined, saved);
    case 'ca_file':
      return readVariable('KTRDR_CA_FILE') ?? saved.ca_file ?? null;
    case 'api_url':
      return readVariable('KTRDR_API_URL') ?? saved.api_url ?? readApiUrl({}, {});
  }
}

/** Why a value cannot be used. */
function problemOf(name: SettingName, value: string, variable: string | null = null): string | null {
  const environment = variable === null ? {} : { [variable]: value };
  const saved: SavedSettings = { [name]: value };
  try {
    if (name === 'api_url') readApiUrl(environment, saved);
    if (name === 'ca_file') readAuthorities(environment, saved);
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
  if (name === 'color' && !(COLOUR_CHOICES as readonly string[]).includes(value))
    return `'${value}' is not one of ${COLOUR_CHOICES.join(', ')}.`;
  return value.trim() === '' ? `${name} must not be empty. To remove it: ktrdr config unset ${name}` : null;
}

/** @throws UsageError with the nearest name */
function settingName(typed: string): SettingName {
  const name = SETTING_NAMES.find((known) => known === typed);
  if (name !== undefined) return name;
  const meant = nearest(typed, SETTING_NAMES);
  throw new UsageError(
    `'${typed}' is not a setting. There are: ${SETTING_NAMES.join(', ')}.${meant === null ? '' : ` Did you mean ${meant}?`}`,
  );
}
