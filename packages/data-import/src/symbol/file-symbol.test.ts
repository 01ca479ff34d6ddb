import { expect, test } from '@jest/globals';
import { parseFileName } from './file-symbol.js';

test.each([
  ['AAPL_1h.csv', 'AAPL', '1h'],
  ['BTCUSDT-1m-2024-01.csv.gz', 'BTCUSDT', '1m'],
  ['EURUSD_H1_202401020000_202412312300.csv', 'EURUSD', '1h'],
  ['XBTUSD_1440.csv', 'XBTUSD', '1d'],
  ['NASDAQ_AAPL, 60.csv', 'NASDAQ_AAPL', '1h'],
  ['DAT_ASCII_EURUSD_M1_2012.csv', 'EURUSD', '1m'],
  ['DAT_XLSX_EURJPY_M1_202403.csv', 'EURJPY', '1m'],
  ['BRK.B (2).csv', 'BRK.B', null],
  ['S&P 500 Historical Data.csv', 'S&P_500', null],
  ['DAX Historische Daten.csv', 'DAX', null],
  ['CAC 40 - Données Historiques.csv', 'CAC_40', null],
  ['IBEX 35 - Datos históricos.csv', 'IBEX_35', null],
  ['Ibovespa Dados Históricos.csv', 'Ibovespa', null],
  ['FTSE MIB - Dati Storici.csv', 'FTSE_MIB', null],
  ['WIG20 - dane historyczne.csv', 'WIG20', null],
  ['Société Générale [Paris].csv', 'Societe_Generale_Paris', null],
])('%s is %s, %s', (file, symbol, timeframe) => {
  expect(parseFileName(file, timeframe as '1h' | null)).toEqual({ symbol, timeframe });
});
