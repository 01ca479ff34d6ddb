"""pandas' read_csv, for comparison with the project's own import.

  $PY import_peers.py FILE     # PY: a Python with pandas (pip install pandas)

Reads FILE once, with its times as times, and prints {"rows", "readMs", "readProcessorMs", "megabytes"}. The start of the process and
the import of pandas do not count for the times.
"""
import json
import resource
import sys
import time

import pandas


def processor_ms():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1000


began, processor = time.perf_counter(), processor_ms()
bars = pandas.read_csv(sys.argv[1], parse_dates=['timestamp'], index_col='timestamp')
took, used = (time.perf_counter() - began) * 1000, processor_ms() - processor
megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
assert str(bars.index.dtype).startswith('datetime64'), bars.index.dtype
print(json.dumps({'rows': len(bars), 'readMs': took, 'readProcessorMs': used, 'megabytes': megabytes}))
