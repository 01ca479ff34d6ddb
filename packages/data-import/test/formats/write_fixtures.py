"""Writes the fixtures of this folder: python3 write_fixtures.py. Needs pandas and pyarrow. No test runs it."""
import json
import pathlib

import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent
rows = 30
base = pd.DataFrame({
    'open': [100 + i * 0.25 for i in range(rows)],
    'high': [101.5 + i * 0.25 for i in range(rows)],
    'low': [99.1 + i * 0.25 for i in range(rows)],
    'close': [100.7 + i * 0.25 for i in range(rows)],
    'volume': [1000 + 7 * i for i in range(rows)],
})
hours = pd.date_range('2024-03-08 14:00', periods=rows, freq='h', tz='UTC')
days = pd.date_range('2024-03-01', periods=rows, freq='D', tz='America/New_York')
local = pd.date_range('2024-03-04 09:30', periods=rows, freq='30min')


def indexed(index, name=None):
    frame = base.copy()
    frame.index = pd.DatetimeIndex(index, name=name)
    return frame


def column(index, name='timestamp'):
    frame = base.copy()
    frame.insert(0, name, index)
    return frame


indexed(hours).to_parquet(here / 'index-utc-snappy.parquet')
indexed(days, 'Date').to_parquet(here / 'daily-new-york-zstd.parquet', compression='zstd')
column(local).to_parquet(here / 'local-gzip.parquet', compression='gzip', index=False)
single = column(hours)
for price in ['open', 'high', 'low', 'close']:
    single[price] = single[price].astype('float32')
single['symbol'] = pd.Categorical(['AAA'] * 15 + ['BBB'] * 15)
single.to_parquet(here / 'single-symbols-lz4.parquet', compression='lz4', index=False, row_group_size=8)
dates = base.copy()
dates.insert(0, 'date', [d.date() for d in days])
dates.to_parquet(here / 'dates-brotli.parquet', compression='brotli', index=False)
multi = indexed(days, 'Date')
multi.columns = pd.MultiIndex.from_tuples([(c.capitalize(), 'AAPL') for c in multi.columns], names=['Price', 'Ticker'])
multi.to_parquet(here / 'yfinance.parquet')
named = indexed(days, 'Date').rename(columns=str.capitalize)
tickers = pd.concat({'C': named, 'MSFT': named * 2}, axis=1, names=['Ticker', 'Price'])
tickers.to_parquet(here / 'yfinance-by-ticker.parquet')

indexed(hours).reset_index(names='time').to_feather(here / 'utc-lz4.feather')
column(local).to_feather(here / 'local-plain.feather', compression='uncompressed')
indexed(days, 'Date').reset_index().to_feather(here / 'daily-new-york-zstd.feather', compression='zstd')


with pa.OSFile(str(here / 'stream-symbols.arrows'), 'wb') as sink:
    table = pa.Table.from_pandas(single, preserve_index=False)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=10)

for orient in ['columns', 'records', 'index', 'split', 'values', 'table']:
    frame = indexed(hours, 'time')
    if orient in ('records', 'values'):
        frame = frame.reset_index()
    frame.to_json(here / f'pandas-{orient}.json', orient=orient)
indexed(hours, 'time').reset_index().to_json(here / 'pandas-lines.jsonl', orient='records', lines=True, date_format='iso')
