import type { EngineChoice } from '@ktrdr/contracts';
import type { Strategy } from '@ktrdr/strategy';
import type { RunSettings } from '@ktrdr/trainer';

/** A session that was checked: the strategy is valid, the engine is to be had, the bars are the ones that are meant. */
export interface SessionRequest {
  /** The API's operation that the session belongs to. */
  operationId: string;
  /** Of that operation, from 1. */
  attempt: number;
  /** Goes on from the operation's last checkpoint here. */
  resume: boolean;
  strategy: Strategy;
  run: RunSettings;
  engine: EngineChoice;
}
