/** Loads a program that `bundle.mjs` has made, with the code that the build compiled. Builds put this file into `dist`. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire, SourceMap } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** Characters of the hash at the end of a program. */
export const HASH_LENGTH = 16;
/** Parameters of a CommonJS module. */
const OPENING = '(function(exports,require,module,__filename,__dirname){';

/**
 * File with the compiled code of a program. Only this version of Node on this kind of machine can use it, and only for this source:
 * the source ends with its hash, because V8 compares nothing but its length.
 */
export function compiledFile(program, source) {
  return `${program}.${process.version}-${process.platform}-${process.arch}-${source.slice(-HASH_LENGTH)}`;
}

/**
 * Runs a program and returns its exports. Without compiled code, Node loads it like any module.
 *
 * @param program path of a CommonJS bundle
 */
export function load(program) {
  const source = readFileSync(program, 'utf8');
  return existsSync(compiledFile(program, source))
    ? run(program, source).exports
    : createRequire(program)(program);
}

/** @returns the exports, and the script, which contains the code that Node has compiled */
export function run(program, source) {
  const stored = compiledFile(program, source);
  // V8 takes compiled code only with the flags that it was compiled with. The limit of this heap stays, because V8 reads its flag when the
  // process starts. Threads have their own limits.
  if (isMainThread) setFlagsFromString('--max-old-space-size=0');
  const script = scriptOf(program, source, existsSync(stored) ? readFileSync(stored) : undefined);
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(program), module, program, dirname(program));
  return { exports: module.exports, script };
}

/** @param cachedData compiled code. V8 compiles the source if this code is not for it */
export function scriptOf(program, source, cachedData) {
  return new Script(`${OPENING}${source}\n})`, {
    // compiled code contains the name, and a build can run in another folder than it was made in
    filename: basename(program),
    columnOffset: -OPENING.length,
    cachedData,
  });
}

/**
 * Makes stack traces name the sources of a program. The source map is read when a stack trace first needs it, because reading it
 * takes a tenth of a service's start.
 */
export function nameSources(program) {
  let map;
  // compiled, and loaded by Node
  const names = [basename(program), program];
  const inSources = (frame) => {
    const [file, line, column] = [frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()];
    if (!names.includes(file) || line === null || column === null) return String(frame);
    map ??= sourceMap(program);
    const found = map?.findEntry(line - 1, column - 1);
    if (found?.originalSource === undefined) return String(frame);
    const source = resolve(dirname(program), found.originalSource);
    return String(frame).replace(
      `${file}:${line}:${column}`,
      () => `${source}:${found.originalLine + 1}:${found.originalColumn + 1}`,
    );
  };
  Error.prepareStackTrace = (error, frames) =>
    [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${inSources(frame)}`)].join('\n');
}

/** `null` if the file is missing or damaged: a second error must not hide the first one. */
function sourceMap(program) {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${program}.map`, 'utf8')));
  } catch {
    return null;
  }
}
