import fc from 'fast-check';

import type { LabelSettings, RegimeSettings, TripleBarrierSettings } from '../model.js';

/** Default settings. */
export const TRIPLE_BARRIER: TripleBarrierSettings = {
  source: 'triple_barrier',
  profitMultiplier: 2,
  stopMultiplier: 1.5,
  holdingBars: 50,
  volatilitySpan: 50,
  volatilityMethod: 'atr',
  computeWeights: false,
  cusum: null,
};
/** Default settings of regime labels. */
export const REGIME: RegimeSettings = {
  source: 'regime',
  macroMultiplier: 3,
  microMultiplier: 1,
  atrPeriod: 14,
  volatilityLookback: 120,
  crisisThreshold: 2,
  progressionTolerance: 0.5,
};

const multiplier = fc.constantFrom(0.3, 1, 2, 5, 30);

/** Arbitrary settings of triple barrier labels. */
export const anyTripleBarrier: fc.Arbitrary<TripleBarrierSettings> = fc.record({
  source: fc.constant('triple_barrier'),
  profitMultiplier: multiplier,
  stopMultiplier: multiplier,
  holdingBars: fc.constantFrom(1, 2, 7, 8, 9, 30, 100),
  volatilitySpan: fc.constantFrom(2, 5, 20),
  volatilityMethod: fc.constantFrom('atr', 'close'),
  computeWeights: fc.boolean(),
  cusum: fc.option(
    fc.record({ threshold: fc.option(fc.constantFrom(0.002, 0.01)), multiplier: fc.constantFrom(0.2, 0.6) }),
  ),
});

/** Arbitrary settings of regime labels. */
export const anyRegime: fc.Arbitrary<RegimeSettings> = fc.record({
  source: fc.constant('regime'),
  macroMultiplier: fc.constantFrom(2, 3, 6),
  microMultiplier: fc.constantFrom(0.5, 1, 1.5),
  atrPeriod: fc.constantFrom(2, 5, 14),
  volatilityLookback: fc.constantFrom(2, 20, 60),
  crisisThreshold: fc.constantFrom(0.8, 1.3, 2),
  progressionTolerance: fc.constantFrom(0, 0.5, 0.7, 1),
});

/** Arbitrary settings of every label source. */
export const anyLabels: fc.Arbitrary<LabelSettings> = fc.oneof(
  fc.record({
    source: fc.constant('zigzag' as const),
    method: fc.constant('segments' as const),
    threshold: fc.constantFrom(0.01, 0.03, 0.08),
  }),
  fc.record({
    source: fc.constant('zigzag' as const),
    method: fc.constant('points' as const),
    threshold: fc.constantFrom(0.005, 0.02, 0.05),
    lookahead: fc.constantFrom(3, 10, 40),
  }),
  fc.record({ source: fc.constant('forward_return' as const), horizon: fc.constantFrom(1, 5, 40) }),
  fc.record({
    source: fc.constant('context' as const),
    horizon: fc.constantFrom(1, 5, 40),
    bullish: fc.constantFrom(0.002, 0.01),
    bearish: fc.constantFrom(-0.01, -0.002),
  }),
  anyTripleBarrier,
  anyRegime,
);
