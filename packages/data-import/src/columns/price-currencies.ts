import { importError } from '../bytes/import-error.js';
import type { ColumnGroup } from './layout.js';

const PRICES = ['open', 'high', 'low', 'close'] as const;
/** A currency in the name of a price. */
const CURRENCY =
  /(?<![\p{L}\p{N}])(USD[TC]?|EUR|GBP|GBX|JPY|CHF|CAD|AUD|NZD|CNY|HKD|INR|KRW|SEK|NOK|DKK|PLN|TRY|BRL|MXN|ZAR|RUB|SGD|BTC|ETH|[$€£¥₹])(?![\p{L}\p{N}])/iu;

/** @throws KtrdrError `import_invalid` if the names of a symbol's prices say different currencies */
export function checkCurrencies(file: string, names: (string | null)[], group: ColumnGroup): void {
  const said = PRICES.flatMap((price) => {
    const name = names[group[price]] ?? '';
    const currency = CURRENCY.exec(name)?.[1];
    return currency === undefined ? [] : [{ name, currency: currency.toUpperCase() }];
  });
  const other = said.find(({ currency }) => currency !== said[0]!.currency);
  if (other !== undefined)
    throw importError(
      file,
      `${said[0]!.name} and ${other.name} are in different currencies: name the columns of one (--columns open=NAME,...)`,
    );
}
