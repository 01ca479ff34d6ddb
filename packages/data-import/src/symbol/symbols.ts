import { type ImportChoices, type ImportQuestion, SYMBOL_PATTERN, shown } from '@ktrdr/contracts';
import { importError } from '../bytes/import-error.js';

/** Names that a question shows. */
const MOST_NAMED = 5;

/** Symbols of a file as they are stored, and the question that is left if one cannot be. */
export interface StoredSymbols {
  /** In the order of the file's symbols. */
  symbols: string[];
  question: ImportQuestion | null;
}

/**
 * Symbols under which the bars of a file are stored: that of the choices, else those of the file, else the name of the file; renamed as
 * `symbol_map` says.
 *
 * @param found symbols in the file; empty if it names none
 * @param fromName symbol in the name of the file
 * @throws KtrdrError `import_invalid` if one symbol is chosen for several, or two symbols become one
 */
export function storedSymbols(
  file: string,
  found: readonly string[],
  fromName: string,
  { symbol, symbol_map: renamed = {} }: ImportChoices,
): StoredSymbols {
  if (symbol !== undefined && found.length > 1)
    throw importError(
      file,
      `the file has ${found.length} symbols (${found.slice(0, 3).join(', ')}${found.length > 3 ? ', ...' : ''}), but --symbol ${shown(symbol)} is for one. To rename symbols, use --symbol-map OLD=NEW`,
    );
  const names = found.length === 0 ? [fromName] : found;
  const symbols =
    symbol !== undefined
      ? [symbol]
      : names.map((name) => (Object.hasOwn(renamed, name) ? renamed[name]! : name));
  const seen = new Set<string>();
  const twice = symbols.find((name) => seen.size === seen.add(name).size);
  if (twice !== undefined)
    throw importError(
      file,
      `two symbols of the file become ${shown(twice)}: give them different names with --symbol-map`,
    );
  const wrong = symbols.filter((name) => !SYMBOL_PATTERN.test(name));
  if (wrong.length === 0) return { symbols, question: null };
  const origin = found.length === 0 ? 'The name of the file' : 'The file';
  const named = wrong.slice(0, MOST_NAMED).map((name) => shown(name));
  const more = wrong.length > MOST_NAMED ? ` and ${wrong.length - MOST_NAMED} more` : '';
  return {
    symbols,
    question: {
      ...(found.length > 1
        ? {
            choice: 'symbol_map',
            message: `${origin} gives names that are not valid symbols: ${named.join(', ')}${more}. Choose a symbol for each: OLD=NEW, separated by commas`,
          }
        : {
            choice: 'symbol',
            message: `${origin} gives ${named[0]}, which is not a valid symbol. Choose a symbol.`,
          }),
      answers: [],
      suggestion: null,
    },
  };
}
