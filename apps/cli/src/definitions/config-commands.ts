import type { Command } from 'commander';
import type { AddCommand } from '../add-command.js';
import { SETTING_NAMES } from '../settings.js';

const SETTING = ['<setting>', SETTING_NAMES.join(', ')] as const;

/** The commands of `ktrdr config`. */
export function defineConfig(config: Command, add: AddCommand): void {
  add(config, 'show', 'every setting, its value, and where the value comes from', () =>
    import('../commands/config.js').then(({ showConfig }) => showConfig),
  );
  add(config, 'get', 'the value of a setting', () =>
    import('../commands/config.js').then(({ getSetting }) => getSetting),
  ).argument(...SETTING);
  add(config, 'set', 'store a setting; an environment variable overrides it', () =>
    import('../commands/config.js').then(({ setSetting }) => setSetting),
  )
    .argument(...SETTING)
    .argument('<value>', 'for example https://ktrdr.example:8000');
  add(config, 'unset', 'remove a setting from the file', () =>
    import('../commands/config.js').then(({ unsetSetting }) => unsetSetting),
  ).argument(...SETTING);
}
