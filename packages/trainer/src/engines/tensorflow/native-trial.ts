/**
 * Program: loads a native engine, multiplies two matrices and prints `cpu` or `gpu`.
 * Arguments: the engine's name, the file from where its package is looked for.
 */
import { createRequire } from 'node:module';
import { loadNative } from './load-backend.js';
import { NATIVE_PACKAGES, type NativeEngineName } from './native-package.js';

const [engine, from] = process.argv.slice(2);
if (engine === undefined || from === undefined || !Object.hasOwn(NATIVE_PACKAGES, engine)) {
  throw new Error('usage: native-trial.js <engine> <file>');
}
const { tf, device } = await loadNative(engine as NativeEngineName, createRequire(from));
const product = tf.matMul(tf.tensor2d([1, 2], [1, 2]), tf.tensor2d([3, 4], [2, 1])).dataSync<'float32'>();
if (product[0] !== 11) throw new Error(`wrong product: ${product[0]}`);
process.stdout.write(`${device}\n`);
