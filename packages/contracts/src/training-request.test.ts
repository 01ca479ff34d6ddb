import { describe, expect, test } from '@jest/globals';
import { resolveOptions, type StartTrainingRequest } from './training-request.js';

describe('the options of a training', () => {
  test('have defaults; one without a value is absent', () => {
    expect(resolveOptions({})).toEqual({ seed: 42, dry_run: false, detailed_analytics: false });
  });

  test('keep what the request says, and drop what is not an option', () => {
    const request: StartTrainingRequest = {
      strategy: 'name: x',
      symbols: ['AAPL'],
      seed: 0,
      walk_forward: 3,
      dry_run: true,
      user: 'ada',
    };
    expect(resolveOptions(request)).toEqual({
      symbols: ['AAPL'],
      seed: 0,
      walk_forward: 3,
      dry_run: true,
      detailed_analytics: false,
    });
  });

  test('treat null and undefined as left out, as JSON and classes give them', () => {
    const request = { seed: null, dry_run: undefined, start_date: null } as unknown as StartTrainingRequest;
    expect(resolveOptions(request)).toEqual(resolveOptions({}));
  });
});
