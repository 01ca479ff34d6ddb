"""scikit-learn's MLPClassifier, one thread. It has neither dropout nor other networks.

  python sklearn_peer.py     # pip install scikit-learn

`protocol.py` describes requests and answers. `partial_fit` with all rows trains for one epoch, by its own solver loop.
"""
import warnings

from protocol import np, read, serve  # before scikit-learn: it sets the thread counts
import sklearn
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings('ignore')


def start(case):
    features, targets = read(case)
    rows = case['rows'] // case['batch'] * case['batch']
    network = MLPClassifier(tuple(case['units']), solver='adam', alpha=0, batch_size=case['batch'], learning_rate_init=1e-3,
                            shuffle=True, random_state=0)
    classes = np.arange(case['outputs'])

    def train():
        network.partial_fit(features[:rows], targets[:rows], classes=classes)
        return rows
    return train, lambda: float(network.loss_)


serve(start, f'scikit-learn {sklearn.__version__}')
