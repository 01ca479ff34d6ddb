/** How jest is started, and what must be built before it. */
import { ROOT, run } from './workspace.mjs';
import { join } from 'node:path';

/** Runs jest with these arguments. @returns its exit code */
export function jest(args, options) {
  const nodeOptions = [
    process.env.NODE_OPTIONS,
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
  ];
  // a file that is named runs, however long it takes
  const named = args.some((arg) => !arg.startsWith('-'));
  const env = {
    NODE_OPTIONS: nodeOptions.filter(Boolean).join(' '),
    ...(named ? { KTRDR_LONG_TESTS: '1' } : {}),
  };
  return run(process.execPath, [join(ROOT, 'node_modules/jest/bin/jest.js'), ...args], { ...options, env });
}

/**
 * What must be built for test files of these paths, as a filter of turbo: one package and its dependencies. Other tests (apps,
 * chaos, tools) start services as processes, so they need everything: `undefined`.
 */
export function packageOf(paths) {
  const [folder, ...others] = new Set(paths.map((path) => /^(?:\.\/)?(packages\/[\w-]+)/.exec(path)?.[1]));
  return folder === undefined || others.length > 0 ? undefined : `./${folder}...`;
}
