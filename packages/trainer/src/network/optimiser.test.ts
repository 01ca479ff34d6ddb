import { describe, expect, test } from '@jest/globals';
import { Optimiser, OPTIMISER_TYPES, type OptimiserSpec } from './optimiser.js';

interface Settings {
  rate: number;
  decay: number;
  clip: number;
}

/** The published algorithms as PyTorch has them, in double precision: one value, its gradient g already clipped. */
const UPDATES: Record<OptimiserSpec['type'], (settings: Settings) => (p: number, g: number) => number> = {
  adam: ({ rate, decay }) => {
    const direction = adamDirection();
    return (p, g) => p - rate * direction(g + decay * p);
  },
  adamw: ({ rate, decay }) => {
    const direction = adamDirection();
    return (p, g) => p * (1 - rate * decay) - rate * direction(g);
  },
  sgd: ({ rate, decay }) => {
    let momentum = 0;
    return (p, g) => {
      momentum = 0.9 * momentum + g + decay * p;
      return p - rate * momentum;
    };
  },
  rmsprop: ({ rate, decay }) => {
    let square = 0;
    return (p, g) => {
      const slope = g + decay * p;
      square = 0.99 * square + 0.01 * slope ** 2;
      return p - (rate * slope) / (Math.sqrt(square) + 1e-8);
    };
  },
};

/** Kingma and Ba, algorithm 1. */
function adamDirection(): (slope: number) => number {
  let [m, v, t] = [0, 0, 0];
  return (slope) => {
    t += 1;
    m = 0.9 * m + 0.1 * slope;
    v = 0.999 * v + 0.001 * slope ** 2;
    return m / (1 - 0.9 ** t) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
  };
}

describe.each(OPTIMISER_TYPES)('%s', (type) => {
  test('follows the published algorithm, with clipping and weight decay', () => {
    const settings: Settings = { rate: 0.05, decay: 0.01, clip: 0.5 };
    const gradients = Array.from({ length: 20 }, (_, t) => [Math.sin(t), Math.cos(t) / 3, 0]);
    const start = [0.5, -0.25, 2];
    const parameters = Float32Array.from(start);
    const optimiser = new Optimiser(
      { type, weightDecay: settings.decay, gradientClip: settings.clip },
      start.length,
    );
    for (const gradient of gradients) {
      optimiser.update(parameters, Float32Array.from(gradient), settings.rate);
    }
    start.forEach((value, index) => {
      const update = UPDATES[type](settings);
      const expected = gradients.reduce((p, gradient) => {
        const norm = Math.hypot(...gradient);
        return update(p, gradient[index]! * Math.min(1, settings.clip / norm));
      }, value);
      expect(parameters[index]).toBeCloseTo(expected, 5);
    });
  });

  test('continues bit for bit from its moments and step count', () => {
    const spec = { type, weightDecay: 1e-4, gradientClip: null };
    const gradient = Float32Array.of(0.1, -0.2);
    const one = Float32Array.of(1, 2);
    const first = new Optimiser(spec, 2);
    for (let i = 0; i < 1000; i += 1) first.update(one, gradient, 0.01);
    const two = one.slice();
    const second = new Optimiser(spec, 2);
    second.restore(
      first.moments.map((moment) => moment.slice()),
      first.step,
    );
    first.update(one, gradient, 0.01);
    second.update(two, gradient, 0.01);
    expect(two).toEqual(one);
    expect(second.step).toBe(1001);
  });
});

test("reports the gradient's norm before clipping", () => {
  const adam = new Optimiser({ type: 'adam', weightDecay: 1, gradientClip: 0.1 }, 2);
  expect(adam.update(Float32Array.of(9, 9), Float32Array.of(3, 4), 0.1)).toBe(5);
});
