/** Loads a program that `bundle.mjs` has made, with the code that the build compiled. Builds put this file into `dist`. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';
import { isMainThread } from 'node:worker_threads';

/** Characters of the hash at the end of a program. */
export const HASH_LENGTH = 16;
/** Numbers of a piece of a source map. */
const PIECE = 5;
const NO_SOURCE = -1;
const COMMA = ','.charCodeAt(0);
const SEMICOLON = ';'.charCodeAt(0);
/** Values of the digits in a source map, by character code. */
const DIGITS = new Uint8Array(128);
Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/').forEach((code, value) => {
  DIGITS[code] = value;
});
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
  // V8 accepts compiled code only with the flags of its build. The heap of this process keeps its limit, because V8 has read the flag at
  // the start. Threads get their limits explicitly.
  if (isMainThread) setFlagsFromString('--max-old-space-size=0');
  const script = scriptOf(program, source, existsSync(stored) ? readFileSync(stored) : undefined);
  const module = { exports: {} };
  script.runInThisContext()(module.exports, createRequire(program), module, program, dirname(program));
  return { exports: module.exports, script };
}

/** @param cachedData compiled code; V8 compiles the source itself if it does not accept this code */
export function scriptOf(program, source, cachedData) {
  return new Script(`${OPENING}${source}\n})`, {
    // compiled code contains this name: without a folder, a build also runs in another folder
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
    const found = placeOf(map, line - 1, column - 1);
    if (found === null) return String(frame);
    const source = resolve(dirname(program), found.source);
    return String(frame).replace(
      `${file}:${line}:${column}`,
      () => `${source}:${found.line + 1}:${found.column + 1}`,
    );
  };
  Error.prepareStackTrace = (error, frames) =>
    [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${inSources(frame)}`)].join('\n');
}

/** Empty if the file is missing or damaged: a second error must not hide the first one. */
function sourceMap(program) {
  try {
    const { sources, mappings } = JSON.parse(readFileSync(`${program}.map`, 'utf8'));
    return { sources, pieces: piecesOf(mappings) };
  } catch {
    return { sources: [], pieces: [] };
  }
}

/** The source that the character at a place of the program comes from; `null` if there is none. */
function placeOf({ sources, pieces }, line, column) {
  let [low, high] = [-1, pieces.length / PIECE];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    const [ofLine, ofColumn] = [pieces[middle * PIECE], pieces[middle * PIECE + 1]];
    if (ofLine < line || (ofLine === line && ofColumn <= column)) low = middle;
    else high = middle;
  }
  if (low < 0 || pieces[low * PIECE + 2] === NO_SOURCE) return null;
  const [source, inLine, inColumn] = pieces.slice(low * PIECE + 2, (low + 1) * PIECE);
  return { source: sources[source], line: inLine, column: inColumn };
}

/**
 * The pieces of a program, in its order. Each is five numbers: its line and column in the program, its source, and its line and column
 * there. Node's `SourceMap` takes more than twice as long, and a training that fails waits for it.
 *
 * @param mappings of a source map (ECMA-426): `;` ends a line, `,` a piece, and each number is a difference
 */
function piecesOf(mappings) {
  const pieces = [];
  const now = [0, 0, 0, 0, 0];
  let line = 0;
  let field = 0;
  let value = 0;
  let shift = 0;
  for (let at = 0; at <= mappings.length; at += 1) {
    const character = at < mappings.length ? mappings.charCodeAt(at) : SEMICOLON;
    if (character === COMMA || character === SEMICOLON) {
      if (field > 0) pieces.push(line, now[0], field > 1 ? now[1] : NO_SOURCE, now[2], now[3]);
      field = 0;
      if (character === COMMA) continue;
      line += 1;
      now[0] = 0;
    } else {
      const digit = DIGITS[character];
      value += (digit & 31) << shift;
      shift += 5;
      if (digit >= 32) continue;
      now[field] += (value & 1) === 1 ? -(value >> 1) : value >> 1;
      field += 1;
      value = 0;
      shift = 0;
    }
  }
  return pieces;
}
