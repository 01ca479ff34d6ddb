/** One `key: value`, one item of a list, or a bare word that is neither yet. */
export interface OutlineEntry {
  kind: 'pair' | 'item' | 'bare';
  /** Keys from the root; items of lists by their number. */
  path: readonly string[];
  /** Offsets of the key in the text; of the value for an item and a bare word. */
  keyFrom: number;
  keyTo: number;
  /** Scalar on the same line, without quotes; `null` for a map, a list, or nothing. */
  value: string | null;
  valueFrom: number;
  valueTo: number;
}

interface Frame {
  indent: number;
  path: readonly string[];
  /** Number of the next item of a list below it. */
  items: number;
}

/** Deeper levels are not read: no strategy has them. */
const MOST_LEVELS = 50;

const KEY = /^("[^"]*"|'[^']*'|[^\s#:{}[\],"'][^:#{}[\],]*?)(\s*):(?=\s|$)/;

/**
 * Reads the structure of a YAML text that somebody is typing: keys, scalars and their places. It never fails. The API judges the text;
 * this is for completion and hover only, so block scalars, anchors and tags are not understood.
 */
export function outline(text: string): OutlineEntry[] {
  return new Outline(text).read();
}

class Outline {
  private readonly entries: OutlineEntry[] = [];
  private frames: Frame[] = [{ indent: -1, path: [], items: 0 }];
  private position = 0;

  constructor(private readonly text: string) {}

  read(): OutlineEntry[] {
    while (this.position < this.text.length) {
      const end = this.lineEnd(this.position);
      const indent = this.indentAt(this.position);
      const start = this.position + indent;
      if (start >= end || this.text[start] === '#') this.position = end + 1;
      else this.readBlock(start, indent);
    }
    return this.entries;
  }

  /** Reads what begins at a place of a line: items, a pair, or a bare word; then goes to the next line. */
  private readBlock(start: number, indent: number): void {
    const end = this.lineEnd(start);
    while (this.top().indent >= indent) this.frames.pop();
    const rest = this.text.slice(start, end);
    if (/^-(\s|$)/.test(rest) && this.top().path.length <= MOST_LEVELS) {
      const parent = this.top();
      const path = [...parent.path, String(parent.items)];
      parent.items += 1;
      const space = /^-\s*/.exec(rest)?.[0].length ?? 1;
      const inner = start + space;
      this.frames.push({ indent, path, items: 0 });
      if (inner >= end) {
        this.add({
          kind: 'item',
          path,
          keyFrom: inner,
          keyTo: inner,
          value: null,
          valueFrom: inner,
          valueTo: inner,
        });
        this.position = end + 1;
        return;
      }
      if (KEY.test(this.text.slice(inner, end))) {
        this.readBlock(inner, indent + space);
        return;
      }
      this.position = this.readValue('item', path, inner, inner, inner, indent);
      this.position = this.lineEnd(this.position) + 1;
      return;
    }
    const match = KEY.exec(rest);
    if (match === null) {
      const value = withoutComment(rest);
      this.add({
        kind: 'bare',
        path: this.top().path,
        keyFrom: start,
        keyTo: start + value.length,
        value,
        valueFrom: start,
        valueTo: start + value.length,
      });
      this.position = end + 1;
      return;
    }
    const [whole, key = ''] = match;
    const path = [...this.top().path, unquoted(key)];
    this.frames.push({ indent, path, items: 0 });
    const valueStart = start + whole.length + (/^\s*/.exec(rest.slice(whole.length))?.[0].length ?? 0);
    this.position = this.readValue('pair', path, start, start + key.length, valueStart, indent);
    this.position = this.lineEnd(this.position) + 1;
  }

  /** @returns the place after the value */
  private readValue(
    kind: 'pair' | 'item',
    path: readonly string[],
    keyFrom: number,
    keyTo: number,
    start: number,
    indent: number,
  ): number {
    const end = this.lineEnd(start);
    const opening = this.text[start];
    if (opening === '{' || opening === '[') {
      this.add({ kind, path, keyFrom, keyTo, value: null, valueFrom: start, valueTo: start });
      return this.readFlow(start, path, indent);
    }
    const value = withoutComment(this.text.slice(start, end));
    this.addScalar(kind, path, keyFrom, keyTo, start, value);
    return end;
  }

  /** Reads `{...}` or `[...]` over several lines. A line that is not indented more ends one that was never closed. */
  private readFlow(start: number, path: readonly string[], indent: number): number {
    if (path.length > MOST_LEVELS) return this.lineEnd(start);
    const isMap = this.text[start] === '{';
    let position = start + 1;
    let items = 0;
    while (position < this.text.length) {
      position = this.skipSpace(position, indent);
      const sign = this.text[position];
      if (sign === undefined || sign === '\n') return position;
      if (sign === '}' || sign === ']') return position + 1;
      if (sign === ',') {
        position += 1;
        continue;
      }
      const from = position;
      if (sign === '{' || sign === '[') {
        const inner = [...path, String(items)];
        items += 1;
        position = this.readFlow(position, inner, indent);
        continue;
      }
      const key = this.token(position, isMap);
      position += key.length;
      const afterKey = this.skipSpace(position, indent);
      if (!isMap || this.text[afterKey] !== ':') {
        const value = key.trimEnd();
        if (isMap)
          this.add({
            kind: 'bare',
            path,
            keyFrom: from,
            keyTo: from + value.length,
            value,
            valueFrom: from,
            valueTo: from + value.length,
          });
        else {
          this.addScalar('item', [...path, String(items)], from, from + value.length, from, value);
          items += 1;
        }
        if (key === '') position += 1;
        continue;
      }
      const inner = [...path, unquoted(key.trimEnd())];
      const keyTo = from + key.trimEnd().length;
      const valueStart = this.skipSpace(afterKey + 1, indent);
      const opening = this.text[valueStart];
      if (opening === '{' || opening === '[') {
        this.add({
          kind: 'pair',
          path: inner,
          keyFrom: from,
          keyTo,
          value: null,
          valueFrom: valueStart,
          valueTo: valueStart,
        });
        position = this.readFlow(valueStart, inner, indent);
      } else {
        const value = this.token(valueStart, false).trimEnd();
        this.addScalar('pair', inner, from, keyTo, valueStart, value);
        position = valueStart + value.length;
      }
    }
    return position;
  }

  /** A scalar in a flow collection: up to a sign that ends it. */
  private token(from: number, isKey: boolean): string {
    const quote = this.text[from];
    if (quote === '"' || quote === "'") {
      const close = this.text.indexOf(quote, from + 1);
      const end = this.lineEnd(from);
      return this.text.slice(from, close < 0 || close > end ? end : close + 1);
    }
    const pattern = isKey ? /[,{}[\]\n:]/g : /[,{}[\]\n]| #/g;
    pattern.lastIndex = from;
    const found = pattern.exec(this.text);
    return this.text.slice(from, found?.index ?? this.text.length);
  }

  /** Skips spaces, comments and line ends; stays at a line end if the block continues after it. */
  private skipSpace(from: number, indent: number): number {
    let position = from;
    for (;;) {
      const sign = this.text[position];
      if (sign === ' ' || sign === '\t' || sign === '\r') position += 1;
      else if (sign === '#') position = this.lineEnd(position);
      else if (sign === '\n') {
        const next = position + 1;
        const nextIndent = this.indentAt(next);
        const first = this.text[next + nextIndent];
        const isClosing = first === '}' || first === ']';
        if (nextIndent <= indent && first !== '\n' && !isClosing) return position;
        position = next + nextIndent;
      } else return position;
    }
  }

  private addScalar(
    kind: 'pair' | 'item',
    path: readonly string[],
    keyFrom: number,
    keyTo: number,
    valueFrom: number,
    value: string,
  ): void {
    this.add({
      kind,
      path,
      keyFrom,
      keyTo,
      value: value === '' ? null : unquoted(value),
      valueFrom,
      valueTo: valueFrom + value.length,
    });
  }

  private add(entry: OutlineEntry): void {
    this.entries.push(entry);
  }

  private top(): Frame {
    const frame = this.frames.at(-1);
    if (frame === undefined) throw new Error('the root frame is never removed');
    return frame;
  }

  private lineEnd(from: number): number {
    const end = this.text.indexOf('\n', from);
    return end < 0 ? this.text.length : end;
  }

  private indentAt(from: number): number {
    let position = from;
    while (this.text[position] === ' ') position += 1;
    return position - from;
  }
}

function withoutComment(text: string): string {
  const quote = text[0];
  if (quote === '"' || quote === "'") {
    const close = text.indexOf(quote, 1);
    if (close > 0) return text.slice(0, close + 1);
  }
  const comment = text.search(/(^|\s)#/);
  return (comment < 0 ? text : text.slice(0, comment)).trimEnd();
}

function unquoted(text: string): string {
  const match = /^(["'])(.*)\1$/.exec(text);
  return match?.[2] ?? text;
}
