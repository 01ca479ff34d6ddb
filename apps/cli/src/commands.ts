import type { Command } from 'commander';
import type { AddCommand, CommandFunction } from './add-command.js';
import { WATCH } from './common-options.js';

/** A group of commands, such as `ktrdr models`. Its commands are loaded only if the command line names the group. */
export interface CommandGroup {
  name: string;
  description: string;
  commands: () => Promise<(group: Command, add: AddCommand) => void>;
}

/** A command without a group, such as `ktrdr hosts`. */
export interface SingleCommand {
  name: string;
  description: string;
  run: () => Promise<CommandFunction>;
  /** Adds arguments and options. */
  define?: (command: Command) => unknown;
}

/** Every command of `ktrdr`, in the order of the help. */
export const COMMANDS: readonly (CommandGroup | SingleCommand)[] = [
  {
    name: 'models',
    description: 'train models and use them',
    commands: () => import('./definitions/models-commands.js').then(({ defineModels }) => defineModels),
  },
  {
    name: 'operations',
    description: 'list, follow, cancel and resume operations',
    commands: () =>
      import('./definitions/operations-commands.js').then(({ defineOperations }) => defineOperations),
  },
  {
    name: 'strategies',
    description: 'list, check and migrate strategy files',
    commands: () =>
      import('./definitions/strategies-commands.js').then(({ defineStrategies }) => defineStrategies),
  },
  {
    name: 'indicators',
    description: 'list indicators, compute them on bars',
    commands: () =>
      import('./definitions/indicators-commands.js').then(({ defineIndicators }) => defineIndicators),
  },
  {
    name: 'data',
    description: 'import, show, check, export and delete bars',
    commands: () => import('./definitions/data-commands.js').then(({ defineData }) => defineData),
  },
  {
    name: 'hosts',
    description: 'training hosts with their engines and sessions',
    run: () => import('./commands/hosts-list.js').then(({ listHosts }) => listHosts),
    define: (command) => command.option(...WATCH),
  },
  {
    name: 'open',
    description: 'open the page of the API, an operation or a model in a browser',
    run: () => import('./commands/open.js').then(({ openPage }) => openPage),
    define: (command) =>
      command
        .argument('[what]', 'operation id or model')
        .option('--print', 'print the address and open nothing'),
  },
  {
    name: 'doctor',
    description: 'check this machine and the API, and say what to do',
    run: () => import('./commands/doctor.js').then(({ doctor }) => doctor),
  },
  {
    name: 'config',
    description: 'settings of ktrdr: the API, files, colours',
    commands: () => import('./definitions/config-commands.js').then(({ defineConfig }) => defineConfig),
  },
  {
    name: 'login',
    description: 'save your access token for the API',
    run: () => import('./commands/login.js').then(({ login }) => login),
  },
  {
    name: 'logout',
    description: 'remove the saved access token of the API',
    run: () => import('./commands/login.js').then(({ logout }) => logout),
  },
  {
    name: 'token',
    description: 'create, list and revoke access tokens (admins)',
    commands: () => import('./definitions/access-commands.js').then(({ defineToken }) => defineToken),
  },
  {
    name: 'audit',
    description: 'who did what (admins)',
    commands: () => import('./definitions/access-commands.js').then(({ defineAudit }) => defineAudit),
  },
  {
    name: 'notify',
    description: 'webhooks: requests to your address when operations end',
    commands: () => import('./definitions/notify-commands.js').then(({ defineNotify }) => defineNotify),
  },
  {
    name: 'mcp',
    description: 'serve tools for agents (Model Context Protocol) on stdin and stdout',
    run: () => import('./commands/mcp.js').then(({ mcp }) => mcp),
  },
  {
    name: 'completion',
    description: 'print the completion script of a shell',
    run: () => import('./commands/completion.js').then(({ printCompletion }) => printCompletion),
    define: (command) => command.argument('<shell>', 'bash, zsh or fish'),
  },
  {
    name: 'dummy',
    description: 'an operation that only waits, for trying things out',
    commands: () => import('./definitions/dummy-commands.js').then(({ defineDummy }) => defineDummy),
  },
];

/**
 * Adds every command to `program`. Groups that no word of the command line names stay empty.
 *
 * @param words the command line; `null` loads every group
 */
export async function defineCommands(
  program: Command,
  add: AddCommand,
  words: readonly string[] | null,
): Promise<void> {
  for (const entry of COMMANDS) {
    if ('run' in entry) {
      const command = add(program, entry.name, entry.description, entry.run);
      entry.define?.(command);
      continue;
    }
    const group = program.command(entry.name).description(entry.description);
    if (words === null || words.includes(entry.name)) (await entry.commands())(group, add);
  }
}
