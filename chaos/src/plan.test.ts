import { expect, test } from '@jest/globals';
import { DRAWN_MODES } from './modes.js';
import { makePlan } from './plan.js';

test('the same seed gives the same plan, with or without its mode given; different seeds give different plans', () => {
  const plans = Array.from({ length: 50 }, (_, seed) => makePlan(seed, null));
  for (const plan of plans) expect(makePlan(plan.seed, plan.mode)).toEqual(plan);
  expect(new Set(plans.map(({ faults }) => JSON.stringify(faults))).size).toBe(50);
  expect(new Set(plans.map(({ mode }) => mode)).size).toBe(DRAWN_MODES.length);
});
