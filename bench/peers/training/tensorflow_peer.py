"""TensorFlow on the CPU, one thread: the batches of an epoch run in one `tf.function`.

  python tensorflow_peer.py [jit]     # pip install tensorflow-cpu

`protocol.py` describes requests and answers. The networks are Keras layers. With `jit`, XLA compiles the step of a batch.
TensorFlow treats denormal numbers as 0.
"""
import os
import sys

os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
os.environ['CUDA_VISIBLE_DEVICES'] = ''
os.environ['XLA_FLAGS'] = '--xla_cpu_multi_thread_eigen=false'

from protocol import read, serve  # noqa: E402  (before TensorFlow: it sets the thread counts)
import tensorflow as tf  # noqa: E402

tf.config.threading.set_intra_op_parallelism_threads(1)
tf.config.threading.set_inter_op_parallelism_threads(1)
layers, JIT = tf.keras.layers, 'jit' in sys.argv[1:]


def mlp(case):
    made = []
    for units in case['units']:
        made += [layers.Dense(units, 'relu'), *([layers.Dropout(case['dropout'])] if case['dropout'] > 0 else [])]
    return made


NETWORKS = {
    'mlp': mlp,
    'lstm': lambda _case: [layers.LSTM(64, unroll=True)],
    'gru': lambda _case: [layers.GRU(64, unroll=True)],
    'conv1d': lambda _case: [layers.Conv1D(32, 5, activation='relu'), layers.MaxPool1D(2), layers.Flatten(),
                             layers.Dense(64, 'relu')],
}


def start(case):
    tf.keras.utils.set_random_seed(0)
    features, targets = (tf.constant(values) for values in read(case))
    rows, batch = case['rows'], case['batch']
    batches = rows // batch
    net = tf.keras.Sequential([*NETWORKS[case['model']](case), layers.Dense(case['outputs'])])
    net.build((None, *features.shape[1:]))
    adam = tf.keras.optimizers.Adam(1e-3, epsilon=1e-8)
    adam.build(net.trainable_variables)

    @tf.function(jit_compile=JIT)
    def step(x, y):
        with tf.GradientTape() as tape:
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(y, net(x, training=True))
            loss = tf.reduce_mean(losses)
        adam.apply(tape.gradient(loss, net.trainable_variables))
        return loss

    @tf.function
    def epoch():
        order = tf.reshape(tf.random.shuffle(tf.range(rows))[:batches * batch], (batches, batch))
        total = 0.0
        for at in order:
            total += step(tf.gather(features, at), tf.gather(targets, at))
        return total / float(batches)

    last = {}

    def train():
        last['loss'] = float(epoch())
        return batches * batch
    return train, lambda: last['loss']


serve(start, f'TensorFlow {tf.__version__}')
