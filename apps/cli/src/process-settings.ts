import {
  readApiUrl,
  readAuthorities,
  readToken,
  readWantsHostService,
  settingsFilePath,
  tokenFilePath,
} from './config.js';
import type { CommandContext } from './context.js';
import type { SavedSettings } from './settings.js';
import { SettingsFile } from './settings-file.js';
import { TokenFile } from './token-file.js';

export type ProcessSettings = Pick<
  CommandContext,
  'apiUrl' | 'authorities' | 'environmentToken' | 'tokenFile' | 'settingsFile' | 'wantsHostService'
> & {
  /** What the file says; nothing if it is damaged. */
  saved: SavedSettings;
};

/** The settings of this process: its environment, then the file of `ktrdr config`. */
export function processSettings(): ProcessSettings {
  const file = new SettingsFile(settingsFilePath());
  const saved = readOrNothing(file);
  return {
    saved,
    apiUrl: () => readApiUrl(undefined, file.read()),
    authorities: () => readAuthorities(undefined, saved),
    environmentToken: () => readToken(),
    tokenFile: () => new TokenFile(tokenFilePath(undefined, saved)),
    settingsFile: () => file,
    wantsHostService: () => readWantsHostService(),
  };
}

/** A damaged file must not stop the commands that need no setting: `apiUrl` reports it. */
function readOrNothing(file: SettingsFile): SavedSettings {
  try {
    return file.read();
  } catch {
    return {};
  }
}
