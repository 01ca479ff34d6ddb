import { statSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

/**
 * Finds the module that an import names. TypeScript imports `./name.js` also where the file is `name.ts`. jest keeps the results, which
 * it does not do for a `moduleNameMapper`.
 */
export function sync(name, options) {
  if (isBuiltin(name)) return name;
  if (/^\.{1,2}\/.*\.js$/.test(name)) {
    const path = join(options.basedir, name);
    const found = [path, path.replace(/\.js$/, '.ts')].find(isFile);
    if (found !== undefined) return found;
  }
  return options.defaultResolver(name, options);
}

const isFile = (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
