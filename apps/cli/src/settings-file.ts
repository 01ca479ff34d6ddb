import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { CliError, UsageError } from './cli-error.js';
import { EXIT } from './exit-code.js';
import { type SavedSettings, SETTING_NAMES, type SettingName } from './settings.js';

/** The file of `ktrdr config`: a JSON object with a text for each setting. */
export class SettingsFile {
  constructor(readonly path: string) {}

  /** @throws UsageError if the file is not what `ktrdr config` writes */
  read(): SavedSettings {
    let text: string;
    try {
      text = readFileSync(this.path, 'utf8');
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR') return {};
      throw new UsageError(`${this.path} cannot be read: ${message}`, { cause });
    }
    const read = parsed(text);
    const names: readonly string[] = SETTING_NAMES;
    const wrong =
      read === null
        ? null
        : Object.entries(read).find(([name, value]) => !names.includes(name) || typeof value !== 'string');
    if (read === null || (wrong !== undefined && wrong !== null)) {
      const problem =
        read === null
          ? 'it is not a JSON object'
          : `it has the setting '${wrong![0]}', which must be a text of: ${names.join(', ')}`;
      throw new UsageError(`${this.path} is not a file of ktrdr config: ${problem}. Fix it or remove it.`);
    }
    return read as SavedSettings;
  }

  /** Sets a setting; `null` removes it. @throws UsageError, CliError */
  set(name: SettingName, value: string | null): void {
    const settings = this.read();
    if (value === null) delete settings[name];
    else settings[name] = value;
    const made = `${this.path}.${process.pid}`;
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      writeFileSync(made, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
      renameSync(made, this.path);
    } catch (cause) {
      rmSync(made, { force: true });
      throw new CliError(`${this.path} cannot be written: ${(cause as Error).message}`, EXIT.failed, {
        cause,
      });
    }
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
