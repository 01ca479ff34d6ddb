/**
 * What a column's name says. `tick_volume` is the number of ticks; `bar_length` says the timeframe; `complete` is false for a bar that was
 * still open; `series` is the same for all bars of a series, such as the currency.
 */
export type Meaning =
  | 'time'
  | 'date'
  | 'open'
  | 'high'
  | 'low'
  | 'close'
  | 'adjusted_close'
  | 'volume'
  | 'tick_volume'
  | 'symbol'
  | 'close_time'
  | 'bar_length'
  | 'complete'
  | 'series';

/**
 * Names by meaning, as `simpleName` makes them. Of two columns with the same meaning, that of the earlier line is used; two of the same
 * line are asked about.
 */
const NAMES = `
time: time period start, period start
time: open time, opentime, time open, timeopen, bar open time, candle open time, window start, bucket start
time: start time, starttime, candle begin time, candle begin, begin, start, from,
  bar start
time: unix, unix timestamp, unix time, unixtime, epoch, unix ms, unix timestamp ms, mts, epoch ms, timestamp ms,
  ts event, hd ts event
time: timestamp, time stamp, datetime, date time, date and time, dt, ts, bar time, candle time, date datetime
time: zeitstempel, datum zeit, datum uhrzeit, horodatage, date heure, fecha hora, fecha y hora, data hora, data ora,
  data e ora, datum tijd, дата и время, дата время, data czas, tarih saat, 日時
date: date, dates, dtyyyymmdd, yyyymmdd, day, trade date, trading date, tradedate, trading day, price date, quote date, as of date,
  observation date, exchange date, session date, trad dt, trd dt, datadate, period, business date, datetime date
date: datum, tag, handelstag, jour, date seance, fecha, dia, data, giorno, dag, дата, день, dzien, tarih, 日期, 日付, 날짜,
  交易日期, 日付け, tanggal, paivamaara, dato
time: time, t, hour, ms of day, time of day, seconds of day, sod, tijd, zeit, uhrzeit, heure, hora, ora, orario, время, czas, godzina, saat, tid, 时间, 時間, 時刻, 시간
close_time: close time, closetime, time close, timeclose, end time, endtime, time period end, period end,
  bar close time, candle close time, candle end, end, bar end, window end
open: open, o, opening price, open price, price open, opening, open rate, px open, day open, openprice, otwarcie, openprc, opn pric, prcod
open: erster, offen, eroffnung, eroeffnung, eroffnungskurs, eroeffnungskurs, eroffn, eroeffn, anfang, anfangskurs,
  erster kurs
open: ouverture, ouv, cours d ouverture, premier, apertura, precio de apertura, aper, primero, prezzo di apertura,
  abertura, abert, preco de abertura, openingskoers, eerste
open: kurs otwarcia, открытие, откр, цена открытия, первая, acilis, oppning, oppningskurs, 开盘, 开盘价, 開盤, 開市, 始値, 시가,
  pembukaan, avaus, abning, apning
high: high, h, highest, high price, price high, day high, highest price, px high, max, maximum, high rate, max price,
  highprice, askhi, hgh pric, prchd
high: hoch, hochst, hoechst, hochster, hochstkurs, hoechstkurs, tageshoch, hochster kurs, hochstwert
high: haut, plus haut, le plus haut, cours le plus haut, alto, maximo, mas alto, precio maximo, massimo,
  prezzo massimo, maxima, preco maximo, hoog, hoogste, hoogste koers
high: максимум, макс, наибольшая, максимальная, максимальная цена, najwyzszy, kurs maksymalny, kurs max, yuksek, hogst, hogsta, 最高, 最高价, 高値, 고가, 高,
  tertinggi, ylin, højeste, høyeste
low: low, l, lowest, low price, price low, day low, lowest price, px low, min, minimum, low rate, min price, lowprice, bidlo, lw pric, prcld
low: tief, tiefst, tiefster, tiefstkurs, tagestief, tiefster kurs, tiefstwert, niedrig
low: bas, plus bas, le plus bas, cours le plus bas, bajo, minimo, mas bajo, precio minimo, prezzo minimo, minima,
  baixa, baixo, preco minimo, laag, laagste, laagste koers
low: минимум, мин, наименьшая, минимальная, минимальная цена, najnizszy, kurs minimalny, kurs min, dusuk, lagst, lagsta, 最低, 最低价, 安値, 저가, 低,
  terendah, alin, laveste
close: close, c, closing price, close price, price close, closing, px close, day close, closeprice, close last,
  close rate, zamkniecie, prc, cls pric, prccd
close: schluss, schlusskurs, schlusskurse, schlu kurs, cloture, clot, cours de cloture, fermeture, cierre,
  precio de cierre, chiusura, prezzo di chiusura, chius, fechamento, fecho, fech, preco de fechamento, slot, slotkoers
close: kurs zamkniecia, закрытие, закр, цена закрытия, kapanis, stangning, stangningskurs, slutkurs, 收盘, 收盘价, 收市, 終値, 종가
close: last, price, settle, settlement, settlement price, last price, px last, latest, last traded price, ltp, value,
  last sale
close: zuletzt, letzter, kurs, letzter kurs, dernier, dernier cours, cours, ultimo, ultimo precio, precio, prezzo,
  preco, laatste, koers, цена, последняя, последняя цена, ostatnio, simdi, senaste, sist, terakhir, viimeisin, seneste, siste
adjusted_close: adj close, adjusted close, adjclose, close adj, closeadj, close adjusted, adjusted, adj closing price,
  adjusted closing price, adj price, adj last
adjusted_close: bereinigter schlusskurs, bereinigt, cours ajuste, cloture ajustee, cierre ajustado, cierre aj,
  chiusura aggiustata, fechamento ajustado, fech ajustado, aangepaste slotkoers, скорректированная цена закрытия
volume: volume, v, vol, real volume, realvolume, total volume, base volume, volume base, shares, shares traded,
  share volume, number of shares, no of shares, ttl tradg vol, cshtrd, base token volume, base asset volume, traded volume, volume traded, trade volume, quantity, qty, px volume, total traded quantity,
  total trade quantity, ttl trd qnty, tottrdqty, volume from, volumefrom
volume: stucke, stuecke, stuck, stueck, volumes, titres, titres echanges, cantidad, titulos, quantita, quantidade,
  negocios volume, aantal, объем, объём, обьем, wolumen, wolumen obrotu, wol, hacim, hac, volym, 成交量, 交易量, 出来高, 거래량
volume: volumen, handelsvolumen, umsatz, volumi, volumem
tick_volume: tickvol, tick volume, tickvolume, ticks, tick count, total ticks, tickqty
symbol: symbol, ticker, ticker symbol, tckr symb, tic, sym, act symbol, tradingsymbol, trading symbol, kurzel, тикер, sembol,
  secid, 代码, 股票代码, ts code, 证券代码, 證券代號, 종목코드, 銘柄コード, コード
symbol: instrument, pair, currency pair, security, stock, asset, contract, stock symbol, market pair, wertpapier,
  valeur, symbole, simbolo, инструмент
symbol: name, code, stock code, series name, isin, wkn, cusip, sedol, figi, ric
complete: complete, is complete, completed, is completed, is closed, bar closed, candle closed, is final, confirm
bar_length: per, timeframe, time frame, tf, interval, bar length, granularity, resolution, bar size, bar interval, candle interval,
  freq, frequency, период
series: currency, ccy, curr, currency code, price currency, quote currency, trading currency, base currency, quote, wahrung, waehrung,
  devise, monnaie, moneda, divisa, valuta, moeda, валюта, waluta, 通貨, 货币, 幣別, 통화
series: exchange, exch, exchange code, exchange name, exchange id, venue, market, market code, market name, market id, market type, mic,
  trading venue, marketplace, place, bourse, borse, boerse, borsenplatz, handelsplatz, mercado, mercato, mkt, board, board id, boardid,
  биржа, 交易所, 市场, 市場, 시장, publisher id, publisher, dataset, source, data source, provider, feed, vendor
series: unit, units, price unit, quote unit, type, ex,
  名称, 股票名称, 证券简称, 종목명, 銘柄名, company, company name, security name,
  series, s, i, scty srs, curcdd, permno, gvkey, iid, segment, sgmt, security type, instrument type, asset type, asset class, sec type, share class, instrument id,
  security id, conid, con id, fin instrm id, fin instrm tp
series: expiry, expiry date, expiry dt, expiration, expiration date, expdate, xpry dt, maturity, maturity date, contract month,
  delivery month, delivery date, contract code, contract id, contract name, futures, settlement month, underlying
series: strike, strike price, strike pr, strk pric, right, option type, option typ, optn tp, put call, call put, cp flag, cp
series: adjustment, adjustment type, is adjusted, adjusted flag, adjust flag, adjustflag, adj flag, adj type, price adjustment
series: side, price type, price side, quote type, quote side, bid ask, bidask, what to show, data type, bar type, candle type, price kind
series: session, session type, session id, session name, market session, trading session, rth, is rth, eth, extended hours, is extended,
  market hours, market phase, trading phase
series: rtype, timespan, multiplier, frequency unit, hd rtype, hd publisher id, hd instrument id
`;

const BY_NAME = new Map<string, { meaning: Meaning; rank: number }>(
  NAMES.trim()
    .split(/\n(?! )/)
    .flatMap((line, rank) => {
      const [meaning = '', names = ''] = line.split(':');
      return names.split(',').map((name) => [name.trim(), { meaning: meaning as Meaning, rank }] as const);
    }),
);

/** What a name means, and how well it says so: of two columns with one meaning, the lower rank counts. */
export interface NamedMeaning {
  meaning: Meaning;
  rank: number;
  /** Side of the market: `bid`, `ask` or `mid`. */
  side: string | null;
  /** What a volume counts: `BTC` of `Volume BTC`. */
  unit: string | null;
  /** True for a name that often means something else. */
  isVague: boolean;
}

/** Names that may stand over the name of a company or an internal number. */
const VAGUE = /^(name|code|stock code|series name)$/;
const SIDE = /^(bid|ask|mid) | (bid|ask|mid)$/;
/** A volume in a currency: `Volume BTC`, `Volume_(Currency)`. */
const VOLUME_UNIT = /^(?:volume|vol)[ _(]+([A-Za-z]{2,8})\)?$/i;
/** `Volume MA` and the like are indicators, not volumes in a currency. */
const INDICATOR = /^(MA|SMA|EMA|WMA|VWAP|AVG|OBV|RSI|ROC|STD|PCT|USD VALUE)$/;

const ADJUSTED = /adj|bereinigt|ajust|aggiust|rettific|aangepast|скорр|[复復][权權]|調整|수정/;
const UNADJUSTED =
  /(^|[^a-z])(un|non|not|no|nicht|sans|ohne)[ -]?(split )?(adj|bereinigt|ajust|aggiust)|不[复復]/;
/** Words of the name of an adjusted price. */
const ADJUSTED_WORD =
  /^(?:adj\w*|\w*bereinigt\w*|ajust\w*|aggiust\w*|rettific\w*|aangepast\w*|скорр\p{L}*|調整後?|수정|splits?|div(?:idends?)?|and|for|back(?:ward)?|fwd|forward)$/u;

/** `Open %`, `Close chg`, `Change (close)`: not a price. */
const CHANGE =
  /[%‰]|(?<!\p{L})(?:change|chng|chg|returns?|ret|diffs?|difference|delta|pct|percent|percentage|rendite|veränderung|variation|variación|variazione|variação|var|изм|изменение)(?!\p{L})/iu;
/** Words beside a price that say that it is computed, or of another bar. */
const DERIVED =
  /(?<!\p{L})(?:log|norm|normali[sz]ed|scaled|std|standardi[sz]ed|z ?score|lag|lagged|shift|shifted|prev|previous|prior|yesterday|next|future|fwd|forward|[sewh]?ma|avg|average|mean|median|smooth|smoothed|rolling|pred|predicted|forecast|target|rank|ratio|diff|index(?:ed)?|relative|rel)(?!\p{L})/iu;

/** True for the name of a change, in percent or not. */
export function isChange(name: string): boolean {
  return CHANGE.test(name.replace(/([a-z])([A-Z])/g, '$1 $2'));
}

/** True for a part of a name that says that a value is not the price itself. */
export function isDerived(part: string): boolean {
  return DERIVED.test(part.replace(/([a-z])([A-Z])/g, '$1 $2'));
}

/** What pandas adds to names that a table has twice: `Open.1`, `Open_x`. */
const TWIN = /(?<=\p{L}{3})(?:\.\d|_[xy])$/u;

/** What a column's name means. `null` if it says nothing. */
export function meaningOf(name: string): NamedMeaning | null {
  if (isChange(name)) return null;
  const simple = simpleName(name.replace(TWIN, ''));
  const side = SIDE.exec(simple);
  const sideName = side?.[1] ?? side?.[2] ?? null;
  const bare = simple.replace(SIDE, '');
  const unit = VOLUME_UNIT.exec(name.replace(TWIN, '').trim())?.[1]?.toUpperCase() ?? null;
  const found = unit === null ? (knownName(bare) ?? adjustedName(bare)) : BY_NAME.get(bare);
  if (found !== undefined) return { ...found, side: sideName, unit, isVague: VAGUE.test(bare) };
  if (unit === null || INDICATOR.test(unit)) return null;
  return { ...BY_NAME.get('volume')!, side: sideName, unit, isVague: false };
}

/** A name with a unit, or followed by its explanation, as on Yahoo's pages: `close close price adjusted for splits`. */
function knownName(name: string): { meaning: Meaning; rank: number } | undefined {
  const [, explained = ''] = /^(.+?) \1 /.exec(name) ?? [];
  return BY_NAME.get(name) ?? BY_NAME.get(withoutUnit(name)) ?? BY_NAME.get(explained);
}

/** `close split adjusted`: an adjusted close, however it is written. Other adjusted values are not used. */
function adjustedName(name: string): { meaning: Meaning; rank: number } | undefined {
  if (!isAdjusted(name)) return undefined;
  const words = name.split(' ').filter((word) => !ADJUSTED_WORD.test(word));
  const bare = words
    .join(' ')
    .replace(/[前后後]?[复復][权權]/g, '')
    .trim();
  return BY_NAME.get(bare)?.meaning === 'close' ? BY_NAME.get('adj close') : undefined;
}

/** True for a text that says that prices are adjusted. */
function isAdjusted(text: string): boolean {
  return ADJUSTED.test(text) && !UNADJUSTED.test(text);
}

function withoutUnit(name: string): string {
  return name
    .replace(/ (usd|eur|gbp|chf|jpy|usdt|utc|gmt|local|est|edt|et|cet|cest|bst|msk|ist)$/, '')
    .replace(/^(utc|gmt|local|eastern|us eastern) /, '');
}

/** A name in lower case, without accents and signs, as single words: `<Adj. Close*>` is `adj close`, `adjClose` too. */
export function simpleName(name: string): string {
  return name
    .replace(/ß/g, 'ss')
    .replace(/ł/gi, 'l')
    .replace(/ı/g, 'i')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .normalize('NFKD')
    .replace(/(?<=[a-z])\p{M}+/giu, '')
    .toLowerCase()
    .replace(/^\s*\d+[a-z]?[.)]\s+/, '')
    .replace(/\((?!utc|gmt)([^)]*)\)/g, (_, inside: string) => (isAdjusted(inside) ? ` ${inside} ` : ' '))
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, ' ')
    .trim()
    .normalize('NFC');
}
