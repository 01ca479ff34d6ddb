import { Composer, isAlias, isScalar, isSeq, Lexer, LineCounter, Parser } from 'yaml';
import type { CST, Document, ParsedNode, YAMLMap, YAMLSeq } from 'yaml';

import type { IssueList, Path, Place } from './issues.js';
import { LIMITS } from './limits.js';
import { syntaxProblems } from './syntax-problems.js';
import { findTextTraps } from './text-traps.js';

/**
 * Maximum number of tokens (words, signs, line breaks, comments) in a file. Bounds the work before anything is built
 * from them.
 */
const MAX_TOKENS = 250_000;

/** A scalar as written. */
const DIGITS = /^\d+$/;
const SIGNED = /^[+-]?\d+$/;

/**
 * A value of the file with its position. Maps have a null prototype, so that keys such as `constructor` are ordinary
 * keys.
 */
interface LocatedValue {
  value: unknown;
  /** Offset of the value in the text. */
  offset: number;
  /** Offset of the key that holds the value; `null` in a list and at the root. */
  keyOffset: number | null;
  /** Text of a scalar as written, without quotes. */
  source: string | null;
  /** Entries of a map or list. */
  children: Map<string | number, LocatedValue> | null;
}

/** A strategy file as plain data, with the position of every key and value. */
export class StrategyDocument {
  constructor(
    private readonly tree: LocatedValue,
    private readonly lines: LineCounter,
  ) {}

  /** The whole file as plain data. */
  get root(): unknown {
    return this.tree.value;
  }

  get(path: Path): unknown {
    return this.find(path)?.value;
  }

  /** Text of a scalar as written: `14.0`, `1e-3`, `TRUE`. `null` for anything else. */
  sourceText(path: Path): string | null {
    return this.find(path)?.source ?? null;
  }

  /**
   * Position to report for a value: the scalar itself, or the key of a map or list. For a missing value, the position
   * of its closest existing parent.
   */
  place(path: Path): Place {
    let node = this.tree;
    for (const step of path) {
      const child = node.children?.get(step);
      if (child === undefined) break;
      node = child;
    }
    const offset = node.children === null || node.keyOffset === null ? node.offset : node.keyOffset;
    return this.placeOf(offset);
  }

  /** Position of the key. */
  keyPlace(path: Path): Place {
    const node = this.find(path);
    return node?.keyOffset == null ? this.place(path) : this.placeOf(node.keyOffset);
  }

  private find(path: Path): LocatedValue | null {
    let node: LocatedValue | undefined = this.tree;
    for (const step of path) {
      node = node.children?.get(step);
      if (node === undefined) return null;
    }
    return node;
  }

  private placeOf(offset: number): Place {
    return placeAt(this.lines, offset);
  }
}

/**
 * Parses YAML 1.2. Every syntax error, duplicate key and unknown alias becomes an issue; returns `null` if there are
 * any. Size, nesting and alias expansion are limited before anything large is built.
 */
export function readDocument(text: string, issues: IssueList): StrategyDocument | null {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes > LIMITS.fileBytes) {
    issues.error(null, [], `the file has ${bytes} bytes; at most ${LIMITS.fileBytes} are allowed`);
    return null;
  }
  const lines = new LineCounter();
  const tokens = tokenise(text, lines, issues);
  if (tokens === null) return null;
  if (findTextTraps(text, (offset) => placeAt(lines, offset), issues)) return null;
  // The converter finds duplicate keys, because the library's own check compares every pair of keys.
  const composer = new Composer({ prettyErrors: false, uniqueKeys: false });
  const [document, ...others] = composer.compose(tokens, true, text.length);
  if (document === undefined) return null;
  for (const { offset, message } of syntaxProblems(text, document.errors))
    issues.error(placeAt(lines, offset), [], `not valid YAML: ${message}`);
  for (const warning of document.warnings) issues.warn(placeAt(lines, warning.pos[0]), [], warning.message);
  if (others[0] !== undefined) {
    const message = 'a second YAML document starts here; a strategy file must have only one';
    issues.error(placeAt(lines, others[0].range[0]), [], message);
  }
  if (issues.errorCount > 0) return null;
  const tree = new Converter(document, lines, issues).convert();
  return issues.errorCount > 0 ? null : new StrategyDocument(tree, lines);
}

/**
 * Parses the text into YAML's concrete syntax tree; `null`, with an issue, if it is nested too deeply or has too many
 * tokens.
 */
function tokenise(text: string, lines: LineCounter, issues: IssueList): CST.Token[] | null {
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    count += 1;
    // A map inside a list adds two levels to the parser's stack.
    if (parser.stack.length > 2 * LIMITS.nestingDepth + 2) {
      const place = placeAt(lines, parser.offset);
      issues.error(place, [], `nested too deeply; at most ${LIMITS.nestingDepth} levels are allowed`);
      return null;
    }
    if (count > MAX_TOKENS) {
      const place = placeAt(lines, parser.offset);
      issues.error(place, [], `the file is too long: at most ${MAX_TOKENS} YAML tokens are allowed`);
      return null;
    }
  }
  tokens.push(...parser.end());
  return tokens;
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

/** Converts YAML nodes into plain data with positions. */
class Converter {
  private readonly anchors = new Map<string, ParsedNode>();
  /** Nodes being converted. An alias to one of them would be infinite. */
  private readonly open = new Set<ParsedNode>();
  private values = 0;

  constructor(
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
    private readonly issues: IssueList,
  ) {}

  convert(): LocatedValue {
    return this.node(this.document.contents, 0, null, []);
  }

  private node(node: ParsedNode | null, offset: number, keyOffset: number | null, path: Path): LocatedValue {
    this.values += 1;
    if (this.values > LIMITS.documentValues) {
      const message = `the file expands to more than ${LIMITS.documentValues} values; use fewer aliases`;
      this.issues.error(null, [], message);
      return { value: null, offset, keyOffset, source: null, children: null };
    }
    const start = node?.range[0] ?? offset;
    const located: LocatedValue = { value: null, offset: start, keyOffset, source: null, children: null };
    if (node === null) return located;
    if (isAlias(node)) return this.alias(node.source, start, keyOffset, path);
    if (node.anchor !== undefined) this.anchors.set(node.anchor, node);
    if (isScalar(node)) {
      located.value = node.value;
      located.source = node.source;
      return located;
    }
    this.open.add(node);
    located.children = new Map();
    if (isSeq(node)) {
      if (node.flow === true) this.refuseMixedCommas(node, path);
      located.value = node.items.map((item, index) => {
        const child = this.node(item as ParsedNode, start, null, [...path, index]);
        located.children!.set(index, child);
        return child.value;
      });
    } else {
      this.map(node, located.children, path);
      const value = Object.create(null) as Record<string, unknown>;
      for (const [key, child] of located.children) value[key] = child.value;
      located.value = value;
    }
    this.open.delete(node);
    return located;
  }

  private map(node: YAMLMap.Parsed, children: Map<string | number, LocatedValue>, path: Path): void {
    const merged = new Map<string | number, LocatedValue>();
    for (const [index, { key, value }] of node.items.entries()) {
      if (this.isAfterDecimalComma(node, index, path)) continue;
      const keyStart = key?.range[0] ?? node.range[0];
      if (!isScalar(key) || key.value === null) {
        this.issues.error(
          placeAt(this.lines, keyStart),
          path,
          'this key is not a string; write `key: value`',
        );
        continue;
      }
      const name = typeof key.value === 'string' ? key.value : key.source;
      const childPath = [...path, name];
      const child = this.node(value, keyStart, keyStart, childPath);
      if (name === '<<' && key.type === 'PLAIN') {
        this.merge(child, merged, keyStart, path);
      } else if (children.has(name)) {
        const first = placeAt(this.lines, children.get(name)!.keyOffset!);
        const message = `duplicate key, first used in line ${first.line}; keep one${this.orIndent(node, index)}`;
        this.issues.error(placeAt(this.lines, keyStart), childPath, message);
      } else {
        children.set(name, child);
      }
    }
    for (const [name, child] of merged) if (!children.has(name)) children.set(name, child);
  }

  /** A key after an empty one may belong to it: then it lacks spaces. */
  private orIndent(node: YAMLMap.Parsed, index: number): string {
    const before = node.items[index - 1];
    if (node.flow === true || before === undefined || !isScalar(before.key)) return '';
    if (before.value !== null && !(isScalar(before.value) && before.value.source === '')) return '';
    const { line } = placeAt(this.lines, before.key.range![0]);
    return `, or put spaces before it if it belongs to ${before.key.source} in line ${line}`;
  }

  /** In YAML, `{dropout: 0,2}` is two entries: dropout 0, and a key 2 without a value. */
  private isAfterDecimalComma(node: YAMLMap.Parsed, index: number, path: Path): boolean {
    const { key, value } = node.items[index]!;
    const before = node.items[index - 1];
    if (!isScalar(key) || value !== null || !DIGITS.test(key.source) || before === undefined) return false;
    const whole: unknown = before.value;
    if (!isScalar(before.key) || !isScalar(whole) || !DIGITS.test(whole.source ?? '')) return false;
    const message = `is ${whole.source},${key.source}: a comma separates entries; write ${whole.source}.${key.source} with a decimal point`;
    const place = placeAt(this.lines, whole.range![0]);
    this.issues.error(place, [...path, before.key.source], message);
    return true;
  }

  /**
   * In YAML, `[0, 0,5, 1]` is four numbers. Rejects lists that have a space after some commas only, because they may
   * contain decimal commas.
   */
  private refuseMixedCommas(node: YAMLSeq.Parsed, path: Path): void {
    const numbers = node.items.map((item) => (isScalar(item) && SIGNED.test(item.source) ? item : null));
    const gaps = numbers.slice(1).map((item, index) => {
      const before = numbers[index];
      return item === null || before == null ? null : item.range[0] - before.range[1];
    });
    if (!gaps.some((gap) => gap !== null && gap > 1)) return;
    const at = gaps.findIndex((gap, index) => gap === 1 && DIGITS.test(numbers[index + 1]!.source));
    if (at < 0) return;
    const [whole, decimals] = [numbers[at]!, numbers[at + 1]!];
    const message = `has ${whole.source},${decimals.source}: write ${whole.source}.${decimals.source} for one decimal number, or put a space after the comma for two numbers`;
    this.issues.error(placeAt(this.lines, whole.range[0]), [...path, at], message);
  }

  /**
   * `<<: *base` or `<<: [*first, *second]`: adds the keys that the map itself lacks. If several maps have a key, the
   * first wins.
   */
  private merge(
    source: LocatedValue,
    merged: Map<string | number, LocatedValue>,
    keyStart: number,
    path: Path,
  ): void {
    const maps = Array.isArray(source.value) ? [...source.children!.values()] : [source];
    for (const map of maps) {
      if (map.children === null || Array.isArray(map.value)) {
        this.issues.error(placeAt(this.lines, keyStart), path, '`<<` needs a map or a list of maps');
        continue;
      }
      for (const [name, child] of map.children) if (!merged.has(name)) merged.set(name, child);
    }
  }

  private alias(name: string, start: number, keyOffset: number | null, path: Path): LocatedValue {
    const target = this.anchors.get(name);
    if (target === undefined || this.open.has(target)) {
      const problem = target === undefined ? 'has no earlier anchor' : 'contains itself';
      this.issues.error(placeAt(this.lines, start), path, `the alias *${name} ${problem}`);
      return { value: null, offset: start, keyOffset, source: null, children: null };
    }
    return this.node(target, start, keyOffset, path);
  }
}
