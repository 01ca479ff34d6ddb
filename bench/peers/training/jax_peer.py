"""JAX on the CPU, one thread: a whole epoch is one compiled function (`lax.scan` over its batches, donated buffers).

  python jax_peer.py     # pip install jax

`protocol.py` describes requests and answers. XLA treats denormal numbers as 0. The random numbers are of the generator
`unsafe_rbg`, the fastest of JAX's generators on a CPU.
"""
from functools import partial
import os

os.environ['XLA_FLAGS'] = '--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1'
os.environ['JAX_PLATFORMS'] = 'cpu'
os.environ['NPROC'] = '1'  # threads of XLA's pool

from protocol import np, read, serve  # noqa: E402  (before jax: it sets the thread counts)
import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from jax import lax  # noqa: E402

HIDDEN, FILTERS, KERNEL, POOL = 64, 32, 5, 2


def dense(rng, inputs, units):
    return {'w': rng.standard_normal((inputs, units)).astype('f') / np.float32(np.sqrt(inputs)), 'b': np.zeros(units, 'f')}


def mlp(case, rng):
    sizes, rate = [case['inputs'], *case['units'], case['outputs']], case['dropout']

    def forward(layers, x, key):
        for layer in layers[:-1]:
            x = jax.nn.relu(x @ layer['w'] + layer['b'])
            if rate > 0:
                key, mine = jax.random.split(key)
                x = jnp.where(jax.random.bernoulli(mine, 1 - rate, x.shape), x / (1 - rate), 0)
        return x @ layers[-1]['w'] + layers[-1]['b']
    return forward, [dense(rng, i, o) for i, o in zip(sizes, sizes[1:])]


def recurrent(gates, cell):
    def make(case, rng):
        def forward(p, x, _key):
            # One product for the inputs of all steps, then the steps, unrolled.
            batch, steps, inputs = x.shape
            seen = (x.transpose(1, 0, 2).reshape(-1, inputs) @ p['in']['w'] + p['in']['b']).reshape(steps, batch, -1)
            state = (jnp.zeros((batch, HIDDEN)),) * 2
            for step in range(steps):
                state = cell(seen[step], state[0] @ p['hidden']['w'] + p['hidden']['b'], state)
            return state[0] @ p['out']['w'] + p['out']['b']
        return forward, {'in': dense(rng, case['inputs'], gates * HIDDEN), 'hidden': dense(rng, HIDDEN, gates * HIDDEN),
                         'out': dense(rng, HIDDEN, case['outputs'])}
    return make


def lstm_cell(seen, hidden, state):
    i, f, g, o = jnp.split(seen + hidden, 4, axis=1)
    c = jax.nn.sigmoid(f) * state[1] + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def gru_cell(seen, hidden, state):
    (xr, xz, xn), (hr, hz, hn) = jnp.split(seen, 3, axis=1), jnp.split(hidden, 3, axis=1)
    z = jax.nn.sigmoid(xz + hz)
    h = (1 - z) * jnp.tanh(xn + jax.nn.sigmoid(xr + hr) * hn) + z * state[0]
    return h, h


def conv1d(case, rng):
    seen = case['steps'] - KERNEL + 1
    pooled = seen // POOL

    def forward(p, x, _key):
        # The windows of the kernel as one matrix product: faster on a CPU than XLA's convolution.
        x = jnp.concatenate([x[:, k:k + seen] for k in range(KERNEL)], axis=2)
        x = jax.nn.relu(x.reshape(-1, KERNEL * case['inputs']) @ p['conv']['w'] + p['conv']['b'])
        x = x.reshape(-1, seen, FILTERS)[:, :pooled * POOL].reshape(-1, pooled, POOL, FILTERS).max(axis=2)
        x = jax.nn.relu(x.reshape(-1, pooled * FILTERS) @ p['dense']['w'] + p['dense']['b'])
        return x @ p['out']['w'] + p['out']['b']
    return forward, {'conv': dense(rng, KERNEL * case['inputs'], FILTERS), 'dense': dense(rng, pooled * FILTERS, 64),
                     'out': dense(rng, 64, case['outputs'])}


NETWORKS = {'mlp': mlp, 'lstm': recurrent(4, lstm_cell), 'gru': recurrent(3, gru_cell), 'conv1d': conv1d}


def start(case):
    features, targets = (jnp.array(values) for values in read(case))
    rows, batch = case['rows'], case['batch']
    batches = rows // batch
    forward, parameters = NETWORKS[case['model']](case, np.random.default_rng(0))
    each = jax.tree_util.tree_map

    def loss_of(p, x, y, key):
        outputs = forward(p, x, key)
        picked = jnp.take_along_axis(jax.nn.log_softmax(outputs), y[:, None], 1)
        return -jnp.mean(picked), jnp.sum(jnp.argmax(outputs, 1) == y)

    def step(state, at):
        p, m, v, t, key, x, y = state
        key, mine = jax.random.split(key)
        (loss, correct), gradient = jax.value_and_grad(loss_of, has_aux=True)(p, x[at], y[at], mine)
        t += 1
        m = each(lambda a, g: 0.9 * a + 0.1 * g, m, gradient)
        v = each(lambda a, g: 0.999 * a + 0.001 * g * g, v, gradient)
        rate, root = 1e-3 / (1 - 0.9 ** t), 1 / (1 - 0.999 ** t)
        p = each(lambda a, b, c: a - rate * b / (jnp.sqrt(c * root) + 1e-8), p, m, v)
        return (p, m, v, t, key, x, y), (loss, correct)

    @partial(jax.jit, donate_argnums=0)
    def epoch(state, x, y):
        key, mine = jax.random.split(state[4])
        order = jax.random.permutation(mine, rows)[:batches * batch].reshape(batches, batch)
        state, (losses, correct) = lax.scan(step, (*state[:4], key, x, y), order)
        return state[:5], losses.mean(), correct.sum()

    parameters = each(jnp.array, parameters)
    now = {'state': (parameters, each(jnp.zeros_like, parameters), each(jnp.zeros_like, parameters), jnp.zeros(()),
                     jax.random.key(0, impl='unsafe_rbg'))}

    def train():
        now['state'], now['loss'], _ = epoch(now['state'], features, targets)
        now['loss'].block_until_ready()
        return batches * batch
    return train, lambda: float(now['loss'])


serve(start, f'JAX {jax.__version__}')
