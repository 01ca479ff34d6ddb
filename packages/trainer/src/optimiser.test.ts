import { describe, expect, test } from '@jest/globals';
import { Adam } from './optimiser.js';

/** Algorithm 1 of Kingma and Ba, with the L2 term and clipping of PyTorch, in double precision. */
function reference(
  start: number[],
  gradients: number[][],
  rate: number,
  decay: number,
  clip: number,
): number[] {
  const p = [...start];
  const m = p.map(() => 0);
  const v = p.map(() => 0);
  gradients.forEach((gradient, index) => {
    const t = index + 1;
    const norm = Math.hypot(...gradient);
    gradient.forEach((raw, i) => {
      const g = raw * Math.min(1, clip / norm) + decay * p[i]!;
      m[i] = 0.9 * m[i]! + 0.1 * g;
      v[i] = 0.999 * v[i]! + 0.001 * g * g;
      p[i]! -= (rate * (m[i]! / (1 - 0.9 ** t))) / (Math.sqrt(v[i]! / (1 - 0.999 ** t)) + 1e-8);
    });
  });
  return p;
}

describe('Adam', () => {
  test('follows the published algorithm, with clipping and weight decay', () => {
    const gradients = Array.from({ length: 20 }, (_, t) => [Math.sin(t), Math.cos(t) / 3, 0]);
    const parameters = Float32Array.of(0.5, -0.25, 2);
    const adam = new Adam({ type: 'adam', weightDecay: 0.01, gradientClip: 0.5 }, 3);
    for (const gradient of gradients) adam.update(parameters, Float32Array.from(gradient), 0.05);
    reference([0.5, -0.25, 2], gradients, 0.05, 0.01, 0.5).forEach((value, i) =>
      expect(parameters[i]).toBeCloseTo(value, 5),
    );
  });

  test("reports the gradient's norm before clipping", () => {
    const adam = new Adam({ type: 'adam', weightDecay: 1, gradientClip: 0.1 }, 2);
    expect(adam.update(Float32Array.of(9, 9), Float32Array.of(3, 4), 0.1)).toBe(5);
  });

  test('goes on bit for bit from its moments and step count', () => {
    const spec = { type: 'adam', weightDecay: 1e-4, gradientClip: null } as const;
    const gradient = Float32Array.of(0.1, -0.2);
    const one = Float32Array.of(1, 2);
    const first = new Adam(spec, 2);
    for (let i = 0; i < 1000; i += 1) first.update(one, gradient, 0.01);
    const two = one.slice();
    const second = new Adam(spec, 2);
    second.restore([first.firstMoment.slice(), first.secondMoment.slice()], first.step);
    first.update(one, gradient, 0.01);
    second.update(two, gradient, 0.01);
    expect(two).toEqual(one);
    expect(second.step).toBe(1001);
  });
});
