import { shown } from '@ktrdr/contracts';
import type { ColumnGroup } from '../columns/layout.js';
import { currencyOf } from '../numbers/number-text.js';
import type { RowScanner } from '../table/row-scanner.js';
import { PRICE_NAMES, priceColumn } from './price-columns.js';
import type { RowProblems } from './row-problems.js';

const [COMMA, NINE, SLASH] = [44, 57, 47];

/** Currencies whose signs stand beside prices. All prices of a file have the same. */
export class Currencies {
  private first: { currency: string; line: number } | null = null;

  /** Adds a problem for a price in another currency than the first one. @returns false if there is one */
  areSame(scanner: RowScanner, group: ColumnGroup, problems: RowProblems): boolean {
    const { bytes, starts, ends, line } = scanner;
    for (let price = 0; price < PRICE_NAMES.length; price++) {
      const column = priceColumn(group, price);
      if (isPlainEnd(bytes[starts[column]!]!) && isPlainEnd(bytes[ends[column]! - 1]!)) continue;
      const text = scanner.text(column);
      const currency = currencyOf(text);
      if (currency === null) continue;
      this.first ??= { currency, line };
      if (currency === this.first.currency) continue;
      problems.add(
        line,
        `${PRICE_NAMES[price]!} ${shown(text)} is in another currency than ${shown(this.first.currency)} in line ${this.first.line}: split the file`,
        column,
      );
      return false;
    }
    return true;
  }
}

/** True for a digit, a point, a comma or a minus: no letter or sign of a currency. */
function isPlainEnd(byte: number): boolean {
  return byte >= COMMA && byte <= NINE && byte !== SLASH;
}
