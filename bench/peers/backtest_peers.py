"""Speed of two Python backtesters on the bars and decisions of the benchmark `backtest`.

  $PY backtest_peers.py     # PY: a Python with vectorbt 1.2 and backtesting 0.6 (pip install vectorbt backtesting)

Reads one request per line from stdin, {"program": "vectorbt"|"backtesting", "file", "bars", "fees", "seconds"}: the file
holds four columns of float64 (open, high, low, close), then one byte a bar (-1, 0, 1). Answers {"samples", "seconds"}: bars
simulated and the processor time for them. Each program runs once before the clock starts, so that compiling does not count.
"""
import json
import os
import sys
import time
import warnings

for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMBA_NUM_THREADS'):
    os.environ[name] = '1'

import numpy as np  # noqa: E402  (after the thread counts)
import pandas as pd  # noqa: E402

warnings.filterwarnings('ignore')


def read(file, count):
    with open(file, 'rb') as source:
        prices = [np.fromfile(source, np.float64, count) for _ in range(4)]
        return prices, np.fromfile(source, np.int8, count)


def vectorbt_run(prices, decisions, fees):
    """Fills only: vectorbt computes the figures when they are asked for. The final value costs it one more pass."""
    import vectorbt as vbt
    opening, _, _, close = prices
    decided = np.concatenate(([0], decisions[:-1]))
    entries, exits = decided == 1, decided == -1

    def run():
        portfolio = vbt.Portfolio.from_signals(close, entries=entries, exits=exits, price=opening, fees=fees, size=np.inf,
                                               init_cash=10_000, freq='1min')
        return float(portfolio.total_return())
    return run


def backtesting_run(prices, decisions, fees):
    from backtesting import Backtest, Strategy
    import backtesting
    backtesting.backtesting._tqdm = lambda steps, **_: steps  # no progress bar
    index = pd.date_range('2000-01-01', periods=len(decisions), freq='1min')
    bars = pd.DataFrame(dict(zip(('Open', 'High', 'Low', 'Close'), prices)), index=index)

    class Follow(Strategy):
        def init(self):
            self.bar = 0

        def next(self):
            decision = decisions[len(self.data) - 1]
            if decision == 1 and not self.position:
                self.buy()
            elif decision == -1 and self.position:
                self.position.close()

    def run():
        return Backtest(bars, Follow, cash=1e12, commission=fees).run()['Return [%]'] / 100
    return run


def main():
    for line in sys.stdin:
        request = json.loads(line)
        prices, decisions = read(request['file'], request['bars'])
        make = vectorbt_run if request['program'] == 'vectorbt' else backtesting_run
        run = make(prices, decisions, request['fees'])
        run()
        samples, begin = 0, time.process_time()
        while True:
            run()
            samples += len(decisions)
            seconds = time.process_time() - begin
            if seconds >= request['seconds']:
                break
        print(json.dumps({'samples': samples, 'seconds': seconds}), flush=True)


main()
