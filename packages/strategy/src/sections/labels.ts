import { z } from 'zod';

import type { Path } from '../issues.js';
import { LIMITS } from '../limits.js';
import type { LabelSettings, StrategyVersion } from '../model.js';
import { choice, real, whole } from '../schema.js';
import { isRecord } from '../section.js';
import type { Reader } from '../section.js';

const PATH: Path = ['training', 'labels'];

const ZIGZAG = z.object({
  source: choice(['zigzag']).default('zigzag'),
  method: choice(['segments']).default('segments'),
  zigzag_threshold: real({ above: 0, below: 1 }).default(0.02),
  label_lookahead: whole(1, LIMITS.labelLookahead).optional(),
});

/** What the network learns: `training.labels`. */
export function readLabels(reader: Reader, version: StrategyVersion): LabelSettings | null {
  const written = reader.document.get(PATH);
  if (written === undefined) {
    const threshold = version === 'v1' ? 0.03 : 0.02;
    if (version !== 'v1') reader.warn(PATH, `is missing; zigzag with a threshold of ${threshold} is taken`);
    return { source: 'zigzag', method: 'segments', threshold };
  }
  if (reader.map(PATH) === null || !isRecord(written)) return null;
  const labels = reader.parse(ZIGZAG, sourceInMethod(written), PATH);
  if (labels === null) return null;
  reader.warnUnknown(PATH, Object.keys(ZIGZAG.shape));
  if (labels.label_lookahead !== undefined) {
    reader.warn([...PATH, 'label_lookahead'], 'has no effect on segment labels');
  }
  return { source: labels.source, method: labels.method, threshold: labels.zigzag_threshold };
}

/** Some old files name the source under `method`. */
function sourceInMethod(labels: Record<string, unknown>): Record<string, unknown> {
  if (labels['source'] !== undefined || labels['method'] !== 'zigzag') return labels;
  return { ...labels, source: 'zigzag', method: undefined };
}
