import { readdirSync } from 'node:fs';
import { type CommandNode, findCommand, type OptionNode } from '../command-tree.js';
import { SETTING_NAMES } from '../settings.js';
import { isStrategyFile } from '../training-words.js';
import type { ApiNames, NameKind } from './api-names.js';
import type { Candidate } from './candidate.js';

/** Shells that `ktrdr completion` knows. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const TIMEFRAMES = ['1m', '5m', '15m', '30m', '1h', '4h', '1d', '1w'];

/** What the value of an argument or option is, by its name. */
const KINDS: Readonly<Record<string, NameKind>> = {
  model: 'model',
  what: 'open',
  id: 'operation',
  symbol: 'symbol',
  token: 'token',
  type: 'indicator',
  source: 'source',
  profile: 'profile',
  delete: 'profile',
};

/** What the shell offers for a word: these candidates, or file names. */
export type Completion = Candidate[] | 'files';

/**
 * Completions of the last of `words`. That word may be empty.
 *
 * @param words the command line up to the cursor, without `ktrdr`
 * @param names asks the API
 */
export async function complete(
  tree: CommandNode,
  words: readonly string[],
  names: ApiNames,
): Promise<Completion> {
  const typed = joined(words);
  const current = typed.at(-1) ?? '';
  const before = typed.slice(0, -1);
  const found = findCommand(tree, before);
  if (found === null) return [];
  const { node, rest } = found;
  const path = typed.slice(0, before.length - rest.length);
  const option = rest.length > 0 ? optionOf(node, rest.at(-1) ?? '') : null;
  if (option !== null && takesValue(option)) return matching(current, await valuesOf(option, path, names));
  const [flag = '', value] = current.startsWith('--') ? current.split(/=(.*)/s) : [];
  const inline = value === undefined ? null : optionOf(node, flag);
  if (inline !== null && value !== undefined) {
    const values = matching(value, await valuesOf(inline, path, names));
    if (values === 'files') return values;
    return values.map((candidate) => ({ ...candidate, value: `${flag}=${candidate.value}` }));
  }
  if (current.startsWith('-')) return startingWith(current, flagsOf(node, rest));
  if (node.commands.length > 0)
    return startingWith(
      current,
      node.commands.map(({ name, description }) => ({ value: name, description })),
    );
  return matching(current, await argumentsOf(node, rest, path, current, names));
}

/** bash splits `--status=failed` into three words. */
function joined(words: readonly string[]): string[] {
  const all: string[] = [];
  for (const word of words) {
    const last = all.at(-1);
    if (last !== undefined && (word === '=' || (last.startsWith('--') && last.endsWith('='))))
      all[all.length - 1] += word;
    else all.push(word);
  }
  return all;
}

function optionOf(node: CommandNode, flag: string): OptionNode | null {
  return node.options.find(({ flags }) => flags.split(/[ ,]+/).includes(flag)) ?? null;
}

function takesValue({ flags }: OptionNode): boolean {
  return flags.includes('<');
}

/** The long flags that were not typed yet. */
function flagsOf(node: CommandNode, rest: readonly string[]): Candidate[] {
  return node.options.flatMap(({ flags, description }) => {
    const flag = flags.split(/[ ,]+/).find((part) => part.startsWith('--'));
    return flag === undefined || rest.includes(flag) ? [] : [{ value: flag, description }];
  });
}

async function valuesOf(option: OptionNode, path: readonly string[], names: ApiNames): Promise<Completion> {
  if (option.flags.endsWith('<file>')) return 'files';
  if (option.choices.length > 0) return option.choices.map((value) => ({ value }));
  const name =
    option.flags
      .split(/[ ,]+/)
      .find((part) => part.startsWith('--'))
      ?.slice(2) ?? '';
  if (name === 'timeframe') return TIMEFRAMES.map((value) => ({ value }));
  const kind = path[0] === 'operations' ? undefined : KINDS[name];
  return kind === undefined ? [] : names(kind, path.join(' '));
}

async function argumentsOf(
  node: CommandNode,
  rest: readonly string[],
  path: readonly string[],
  current: string,
  names: ApiNames,
): Promise<Completion> {
  const given = rest.filter((word, index) => {
    const option = optionOf(node, rest[index - 1] ?? '');
    return !word.startsWith('-') && !(option !== null && takesValue(option));
  });
  const argument = node.arguments[given.length] ?? node.arguments.findLast(({ variadic }) => variadic);
  if (argument === undefined) return [];
  // the value of a setting can be a file
  if (argument.name === 'file' || argument.name === 'value') return 'files';
  if (argument.name === 'timeframe' || argument.name === 'to') return TIMEFRAMES.map((value) => ({ value }));
  if (argument.name === 'setting') return SETTING_NAMES.map((value) => ({ value }));
  if (argument.name === 'shell') return SHELLS.map((value) => ({ value }));
  if (argument.name.startsWith('strategy')) {
    const others = given.filter((word) => !isStrategyFile(word)).length;
    if (others === 1) return TIMEFRAMES.map((value) => ({ value }));
    const symbols = given.length > 0 && others === 0 ? await names('symbol', path.join(' ')) : [];
    return [...strategyFiles(current).filter(({ value }) => !given.includes(value)), ...symbols];
  }
  const kind = path[0] === 'notify' && argument.name === 'id' ? 'webhook' : KINDS[argument.name];
  if (kind === undefined) return [];
  const candidates = await names(kind, path.join(' '));
  return candidates.filter(({ value }) => !given.includes(value));
}

/** Strategy files and folders below the typed path. */
function strategyFiles(current: string): Candidate[] {
  const folder = current.slice(0, current.lastIndexOf('/') + 1);
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
      .filter((entry) => !entry.name.startsWith('.') && (entry.isDirectory() || isStrategyFile(entry.name)))
      .filter((entry) => entry.name !== 'node_modules')
      .map((entry) => ({ value: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}` }));
  } catch {
    // no such folder
    return [];
  }
}

/** Candidates for the last part of a list separated by commas: `failed,ca` completes to `failed,cancelled`. */
function matching(current: string, candidates: Completion): Completion {
  if (candidates === 'files') return candidates;
  const whole = startingWith(current, candidates);
  const comma = current.lastIndexOf(',');
  if (whole.length > 0 || comma === -1) return whole;
  const head = current.slice(0, comma + 1);
  const given = head.split(',');
  return startingWith(
    current,
    candidates
      .filter(({ value }) => !given.includes(value))
      .map((candidate) => ({ ...candidate, value: head + candidate.value })),
  );
}

function startingWith(current: string, candidates: readonly Candidate[]): Candidate[] {
  return candidates.filter(({ value }) => value.toLowerCase().startsWith(current.toLowerCase()));
}
