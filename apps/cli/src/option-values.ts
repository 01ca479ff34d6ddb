import { InvalidArgumentError } from 'commander';
import { nearest } from './nearest.js';

const DECIMAL = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/** A number in decimal digits; `null` for any other text: empty, spaces, `0x10`, `Infinity`. */
export function decimal(text: string): number | null {
  const value = Number(text);
  return DECIMAL.test(text) && Number.isFinite(value) ? value : null;
}

/** Reads an option's value as a number. */
export function number(text: string): number {
  const value = decimal(text);
  if (value === null) throw new InvalidArgumentError('It must be a number.');
  return value;
}

/** Reads an option's value as a whole number. */
export function integer(text: string): number {
  const value = number(text);
  if (!Number.isSafeInteger(value) || !/^[+-]?\d+$/.test(text))
    throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

/** Reads words of a fixed list, separated by commas: `failed,cancelled`. */
export function someOf<Known extends string>(known: readonly Known[]): (text: string) => Known[] {
  return (text) =>
    text.split(',').map((part) => {
      const word = part.trim();
      const found = known.find((one) => one === word);
      if (found !== undefined) return found;
      const meant = nearest(word, known);
      throw new InvalidArgumentError(
        `'${word}' is not one of ${known.join(', ')}.${meant === null ? '' : ` Did you mean ${meant}?`}`,
      );
    });
}
