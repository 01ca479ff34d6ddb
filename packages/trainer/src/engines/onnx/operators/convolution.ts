import type { Value } from '../graph/graph.js';
import type { Tape } from '../graph/tape.js';

/** Sizes of a sequence. */
export interface SequenceShape {
  steps: number;
  channels: number;
}

/**
 * Arranges the input of a convolution over time so that the convolution is one matrix product (im2col): row t of a sequence holds
 * its steps t .. t + size - 1.
 *
 * @param input `[n, steps, channels]`
 * @returns `[n * (steps - size + 1), size * channels]`
 */
export function windows(tape: Tape, input: Value, { steps, channels }: SequenceShape, size: number): Value {
  const { graph } = tape;
  const places = steps - size + 1;
  const seen = Array.from({ length: places * size }, (_, at) => Math.floor(at / size) + (at % size));
  const gathered = graph.node('Gather', [input, graph.integers(seen)], { axis: 1 });
  const output = graph.reshape(gathered, [-1, size * channels]);
  if (!tape.needs(input)) return output;
  tape.record(output, (gradient) => {
    const parts = graph.splitEqually(
      graph.reshape(gradient, [-1, places, size * channels]),
      size,
      2,
      channels,
    );
    const padded = parts.map((part, shift) =>
      graph.node('Pad', [part, graph.integers([0, shift, 0, 0, size - 1 - shift, 0])]),
    );
    tape.add(input, graph.node('Sum', padded));
  });
  return output;
}

/**
 * Max pooling over `size` time steps without overlap. Ignores steps at the end that do not fill a pool. The first of equal values gets
 * the gradient.
 *
 * @param input `[n, steps, channels]`
 * @returns `[n, floor(steps / size), channels]`
 */
export function maxPool(tape: Tape, input: Value, { steps, channels }: SequenceShape, size: number): Value {
  if (size === 1) return input;
  const { graph } = tape;
  const pools = Math.floor(steps / size);
  const rest = steps - pools * size;
  const used = rest === 0 ? input : graph.split(input, [steps - rest, rest], 1)[0]!;
  const candidates = graph.splitEqually(graph.reshape(used, [-1, size, channels]), size, 1, 1);
  const greatest = [candidates[0]!];
  for (const candidate of candidates.slice(1)) {
    greatest.push(graph.node('Max', [greatest.at(-1)!, candidate]));
  }
  const output = graph.reshape(greatest.at(-1)!, [-1, pools, channels]);
  tape.record(output, (gradient) => {
    let left = graph.reshape(gradient, [-1, 1, channels]);
    const parts: Value[] = [];
    for (let at = size - 1; at > 0; at -= 1) {
      const wins = graph.toFloat(graph.node('Greater', [candidates[at]!, greatest[at - 1]!]));
      const part = graph.node('Mul', [left, wins]);
      parts.unshift(part);
      left = graph.node('Sub', [left, part]);
    }
    const whole = graph.reshape(graph.concat([left, ...parts], 1), [-1, pools * size, channels]);
    tape.add(input, rest === 0 ? whole : graph.node('Pad', [whole, graph.integers([0, 0, 0, 0, rest, 0])]));
  });
  return output;
}
