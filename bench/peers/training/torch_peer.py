"""PyTorch on the CPU, one thread.

  python torch_peer.py [compile]     # pip install torch; compile also needs a C++ compiler

`protocol.py` describes requests and answers. Without an argument each operation runs eagerly; with `compile`, `torch.compile`
compiles the loss and its gradients. Adam is PyTorch's fused implementation, batches are taken by tensor indexing (no
DataLoader), and denormal numbers are 0.
"""
import sys

from protocol import read, serve  # before torch: it sets the thread counts
import torch
from torch import nn

torch.set_num_threads(1)
torch.set_flush_denormal(True)
COMPILE = 'compile' in sys.argv[1:]


class Recurrent(nn.Module):
    """One LSTM or GRU layer, hidden 64; the last step goes to a dense layer."""

    def __init__(self, kind, case):
        super().__init__()
        self.layer, self.out = kind(case['inputs'], 64, batch_first=True), nn.Linear(64, case['outputs'])

    def forward(self, x):
        return self.out(self.layer(x)[0][:, -1])


def mlp(case):
    sizes, drop = [case['inputs'], *case['units']], case['dropout']
    layers = []
    for inputs, units in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, units), nn.ReLU(), *([nn.Dropout(drop)] if drop > 0 else [])]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], case['outputs']))


def conv1d(case):
    pooled = (case['steps'] - 4) // 2
    return nn.Sequential(nn.Conv1d(case['inputs'], 32, 5), nn.ReLU(), nn.MaxPool1d(2), nn.Flatten(),
                         nn.Linear(32 * pooled, 64), nn.ReLU(), nn.Linear(64, case['outputs']))


NETWORKS = {'mlp': mlp, 'conv1d': conv1d, 'lstm': lambda case: Recurrent(nn.LSTM, case),
            'gru': lambda case: Recurrent(nn.GRU, case)}


def batches_of(case):
    """The rows of one batch after the other, in a new order each epoch."""
    rows, batch = case['rows'], case['batch']
    while True:
        order = torch.randperm(rows)
        for i in range(0, rows - batch + 1, batch):
            yield order[i:i + batch]


def start(case):
    torch.manual_seed(0)
    features, targets = (torch.from_numpy(values) for values in read(case))
    if case['model'] == 'conv1d':
        features = features.transpose(1, 2).contiguous()  # channels x steps
    targets = targets.long()
    net, cross_entropy = NETWORKS[case['model']](case), nn.CrossEntropyLoss()
    net.train()
    loss_of = lambda x, y: cross_entropy(net(x), y)  # noqa: E731
    adam = torch.optim.Adam(net.parameters(), 1e-3, fused=True)
    if COMPILE:
        loss_of = torch.compile(loss_of)
    batches, last = batches_of(case), {}

    def train():
        at = next(batches)
        adam.zero_grad(set_to_none=True)
        loss = loss_of(features[at], targets[at])
        loss.backward()
        adam.step()
        last['loss'] = loss.detach()
        return len(at)
    return train, lambda: float(last['loss'])


serve(start, f"PyTorch {torch.__version__}")
