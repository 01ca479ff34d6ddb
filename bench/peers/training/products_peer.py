"""Upper limit of one core's training speed on an mlp, if a step consisted of its matrix products only.

  python products_peer.py      # pip install numpy

`protocol.py` describes requests and answers. The work is numpy's float32 products at the shapes of a step: forward, weight
gradients, and input gradients, which the first layer does not need.
"""
from protocol import np, serve


def start(case):
    batch, sizes = case['batch'], [case['inputs'], *case['units'], case['outputs']]
    layers = list(zip(sizes, sizes[1:]))
    shapes = [(batch, i, o) for i, o in layers] + [(i, batch, o) for i, o in layers] + [(batch, o, i) for i, o in layers[1:]]
    random = np.random.default_rng(0)
    products = [(random.random((a, b), 'f'), random.random((b, c), 'f'), np.empty((a, c), 'f')) for a, b, c in shapes]

    def train():
        for a, b, out in products:
            np.dot(a, b, out=out)
        return batch
    return train, lambda: None


serve(start, f'numpy {np.__version__}')
