import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { TOKEN_PATTERN, hideSecret } from '@ktrdr/contracts';
import { UsageError } from './cli-error.js';
import { COLOUR_CHOICES, type ColourChoice, type SavedSettings } from './settings.js';

const DEFAULT_API_URL = 'http://localhost:8000';

/** A setting's text, and its name for messages. The environment overrides the file. */
function found(
  variable: string,
  inFile: string | undefined,
  name: string,
  environment: NodeJS.ProcessEnv,
): { text: string; source: string } {
  const set = environment[variable]?.trim() ?? '';
  return set === ''
    ? { text: inFile?.trim() ?? '', source: `${name} (ktrdr config)` }
    : { text: set, source: variable };
}

/**
 * Base URL of the API, without a trailing slash.
 *
 * @throws UsageError if it is not an http(s) URL
 */
export function readApiUrl(environment: NodeJS.ProcessEnv = process.env, saved: SavedSettings = {}): string {
  const { text: given, source } = found('KTRDR_API_URL', saved.api_url, 'api_url', environment);
  const text = given || DEFAULT_API_URL;
  // without a login there is nothing to hide, and hideSecret would hide the whole of a text that is no URL
  if (text.includes('@')) hideSecret(text);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new UsageError(
      `${source} is '${text}'. It must be an http or https URL, for example ${DEFAULT_API_URL}.`,
    );
  }
  return text.replace(/\/+$/, '');
}

/**
 * Certificates of the authorities that the API's certificate may come from, PEM; `undefined`: those that Node trusts.
 *
 * @throws UsageError if the file cannot be read
 */
export function readAuthorities(
  environment: NodeJS.ProcessEnv = process.env,
  saved: SavedSettings = {},
): string | undefined {
  const { text: file, source } = found('KTRDR_CA_FILE', saved.ca_file, 'ca_file', environment);
  if (file === '') return undefined;
  try {
    const text = readFileSync(file, 'utf8');
    // loaded here only: most users have no private authority
    const { X509Certificate } = process.getBuiltinModule('node:crypto');
    new X509Certificate(text);
    return text;
  } catch (cause) {
    throw new UsageError(
      `${source} is '${file}', which is not a readable file of certificates in PEM format (${(cause as Error).message}).`,
      { cause },
    );
  }
}

/**
 * The access token in `KTRDR_TOKEN`.
 *
 * @throws UsageError if it is not a token; the message does not show it
 */
export function readToken(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const text = environment.KTRDR_TOKEN?.trim() ?? '';
  if (text === '') return undefined;
  if (TOKEN_PATTERN.test(text)) return text;
  throw new UsageError(
    'KTRDR_TOKEN is not an access token: it must begin with ktrdr_ and have 62 characters.',
  );
}

/** File of the saved tokens. */
export function tokenFilePath(
  environment: NodeJS.ProcessEnv = process.env,
  saved: SavedSettings = {},
): string {
  const { text } = found('KTRDR_TOKEN_FILE', saved.token_file, 'token_file', environment);
  return text === '' ? join(configFolder(environment), 'token') : resolve(text);
}

/** File of `ktrdr config`. */
export function settingsFilePath(environment: NodeJS.ProcessEnv = process.env): string {
  return join(configFolder(environment), 'config.json');
}

/** `ktrdr` in `XDG_CONFIG_HOME`, or else in `~/.config`. */
function configFolder(environment: NodeJS.ProcessEnv): string {
  const set = environment.XDG_CONFIG_HOME ?? '';
  // https://specifications.freedesktop.org/basedir-spec: a relative path is ignored
  return join(isAbsolute(set) ? set : join(homedir(), '.config'), 'ktrdr');
}

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

/**
 * Value of `USE_TRAINING_HOST_SERVICE`, parsed as the API parses it; `undefined` if it is not set.
 *
 * @throws UsageError if it is neither true nor false
 */
export function readWantsHostService(environment: NodeJS.ProcessEnv = process.env): boolean | undefined {
  const text = environment.USE_TRAINING_HOST_SERVICE?.trim() ?? '';
  if (text === '') return undefined;
  if (TRUE.includes(text.toLowerCase())) return true;
  if (FALSE.includes(text.toLowerCase())) return false;
  throw new UsageError(
    `USE_TRAINING_HOST_SERVICE is '${text}'. It must be true or false, and the API reads it when it starts.`,
  );
}

/** How to write to the terminal. */
export interface TerminalSettings {
  /** `auto`: colours where the output is a terminal. */
  colour: ColourChoice;
  /** `TERM=dumb`: the terminal cannot move its cursor. */
  dumb: boolean;
  /** The terminal shows more than ASCII: no locale is set, or one with UTF-8. */
  unicode: boolean;
}

export function readTerminalSettings(
  environment: NodeJS.ProcessEnv = process.env,
  saved: SavedSettings = {},
): TerminalSettings {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  return {
    colour: colourChoice(environment, saved),
    dumb: environment.TERM === 'dumb',
    unicode: locale === '' || /utf-?8/i.test(locale),
  };
}

/** `FORCE_COLOR` (0 for never) overrides `NO_COLOR` (https://no-color.org), as in Node, and both override the file. */
function colourChoice(environment: NodeJS.ProcessEnv, { color }: SavedSettings): ColourChoice {
  const forced = environment.FORCE_COLOR ?? '';
  if (forced !== '') return ['0', 'false'].includes(forced) ? 'never' : 'always';
  if ((environment.NO_COLOR ?? '') !== '') return 'never';
  return COLOUR_CHOICES.find((choice) => choice === color) ?? 'auto';
}

/** The value of a variable, for a report on where settings come from; `undefined` if it is empty. */
export function readVariable(name: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  return environment[name]?.trim() || undefined;
}

/** The program that opens an address in a browser. */
export interface Browser {
  command: string;
  args: readonly string[];
}

/** `null` without a graphical session. */
export function readBrowser(
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv = process.env,
): Browser | null {
  if (platform === 'darwin') return { command: 'open', args: [] };
  if (platform === 'win32') return { command: 'rundll32', args: ['url.dll,FileProtocolHandler'] };
  const hasScreen = [environment.DISPLAY, environment.WAYLAND_DISPLAY, environment.BROWSER].some(Boolean);
  return hasScreen ? { command: 'xdg-open', args: [] } : null;
}
