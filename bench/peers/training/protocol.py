"""What the programs of this folder have in common: they train the bench's networks and answer one request per line.

A request is JSON: {"case": {...}, "epochs": N} or {"case": {...}, "seconds": S}. Consecutive requests with the same case
continue the same training. The answer is JSON too:

  samples, seconds   the work done
  first_s            time of the training's first unit of work, which includes compilation; null in later answers
  loss               mean loss of the last unit of work, before its updates
  processor_s        processor time of the work: more than `seconds` shows that it did not stay on one thread
  versions           of the libraries

The file `features` holds float32 [rows + steps - 1, inputs]; a row sees the `steps` bars up to its own. `targets` holds
int32 [rows]. Each epoch has its own random order of the rows; the rows of the last, smaller batch are left out.
"""
import json
import os
import sys
import time

for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'):
    os.environ[name] = '1'

import numpy as np  # noqa: E402  (after the thread counts)


def read(case):
    """The features, [rows, inputs] or [rows, steps, inputs], and the targets, [rows]."""
    features = np.fromfile(case['features'], 'f4').reshape(-1, case['inputs'])
    if case['steps'] > 1:
        windows = np.lib.stride_tricks.sliding_window_view(features, case['steps'], axis=0)
        features = np.ascontiguousarray(windows.transpose(0, 2, 1))
    return features, np.fromfile(case['targets'], 'i4')


def serve(start, versions):
    """Answers requests until the input ends. `start(case)` returns a function that does one unit of work (a batch or an
    epoch), waits for its end and returns the number of samples, and a function that returns the last loss."""
    known, train, loss = None, None, None
    for line in sys.stdin:
        request = json.loads(line)
        case, first = request['case'], None
        samples, begin, processor = 0, time.perf_counter(), time.process_time()
        limit = request.get('seconds')
        target = None if limit is not None else request['epochs'] * (case['rows'] // case['batch']) * case['batch']
        if case != known:
            known, (train, loss) = case, start(case)
            samples = train()
            first = time.perf_counter() - begin
        while time.perf_counter() - begin < limit if target is None else samples < target:
            samples += train()
        print(json.dumps({'samples': samples, 'seconds': time.perf_counter() - begin, 'first_s': first, 'loss': loss(),
                          'processor_s': time.process_time() - processor, 'versions': versions}), flush=True)
