import { describe, expect, test } from '@jest/globals';
import type { Strategy } from '@ktrdr/strategy';

import { DEFAULT_SETTINGS } from './settings.js';
import { backtestDecisions, backtestSettings } from './strategy-settings.js';

type Parts = Pick<Strategy, 'backtest' | 'decisions'>;

const CLASSIFICATION: Parts = {
  backtest: {},
  decisions: {
    outputFormat: 'classification',
    confidenceThreshold: 0.5,
    positionAwareness: false,
    minSignalSeparation: 4,
    allowShortFromFlat: false,
  },
};
const REGRESSION: Parts = {
  backtest: {},
  decisions: {
    outputFormat: 'regression',
    roundTripCost: 0.003,
    minEdgeMultiplier: 1.5,
    positionAwareness: true,
    minSignalSeparation: 0.5,
    allowShortFromFlat: true,
  },
};

describe('settings of a backtest', () => {
  test('come from the defaults and from the decisions if the file says nothing else', () => {
    expect(backtestSettings(CLASSIFICATION)).toEqual({
      ...DEFAULT_SETTINGS,
      positionAwareness: false,
      minSeparation: 4 * 3_600_000,
    });
    expect(backtestSettings(REGRESSION)).toEqual({
      ...DEFAULT_SETTINGS,
      allowShort: true,
      minSeparation: 1_800_000,
    });
  });

  test('the file replaces defaults, and the request replaces both', () => {
    const parts: Parts = {
      ...CLASSIFICATION,
      backtest: { capital: 500, commission_bps: 0, stopLoss: 0.02, confidenceThreshold: 0.7 },
    };
    const fromFile = backtestSettings(parts);
    expect(fromFile).toMatchObject({ capital: 500, commission_bps: 0, stopLoss: 0.02, takeProfit: null });
    expect(fromFile.slippage_bps).toBe(DEFAULT_SETTINGS.slippage_bps);
    expect(fromFile).not.toHaveProperty('confidenceThreshold');
    const overrides = {
      capital: 900,
      stopLoss: null,
      allowShort: true,
      sizing: { type: 'fixed_fraction', fraction: 0.1 },
    } as const;
    expect(backtestSettings(parts, overrides)).toEqual({ ...fromFile, ...overrides });
  });
});

describe('decisions of a backtest', () => {
  test('use the threshold for backtests if the file has one', () => {
    const backtest = { confidenceThreshold: 0.7 };
    expect(backtestDecisions(CLASSIFICATION)).toEqual(CLASSIFICATION.decisions);
    expect(backtestDecisions({ ...CLASSIFICATION, backtest })).toMatchObject({ confidenceThreshold: 0.7 });
    expect(backtestDecisions({ ...REGRESSION, backtest })).toEqual(REGRESSION.decisions);
  });
});
