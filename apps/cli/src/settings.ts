/** Settings that `ktrdr config` keeps. An environment variable overrides the file. */
export const SETTINGS = {
  api_url: { variables: ['KTRDR_API_URL'], about: 'URL of the API' },
  ca_file: {
    variables: ['KTRDR_CA_FILE'],
    about: "certificates of the private authority that issued the API's certificate",
  },
  token_file: { variables: ['KTRDR_TOKEN_FILE'], about: 'file of the saved access tokens' },
  color: { variables: ['FORCE_COLOR', 'NO_COLOR'], about: 'auto (where a terminal has it), always or never' },
} as const;

/** Name of a setting. */
export type SettingName = keyof typeof SETTINGS;

export const SETTING_NAMES = Object.keys(SETTINGS) as SettingName[];

/** The settings in the file; a setting that is not there has its default. */
export type SavedSettings = Partial<Record<SettingName, string>>;

export const COLOUR_CHOICES = ['auto', 'always', 'never'] as const;
export type ColourChoice = (typeof COLOUR_CHOICES)[number];

/** A setting with its value and where it comes from: `data` of `ktrdr config --json` is a list of them. */
export interface SettingReport {
  name: SettingName;
  /** `null`: not set, and there is no default. */
  value: string | null;
  from: 'environment' | 'file' | 'default';
  /** The variable that set it. */
  variable: string | null;
  /** Why the value cannot be used. */
  problem: string | null;
}
