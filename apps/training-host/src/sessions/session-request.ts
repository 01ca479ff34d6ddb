import type { EngineChoice, EngineSetting } from '@ktrdr/contracts';
import type { Strategy } from '@ktrdr/strategy';
import type { RunSettings } from '@ktrdr/trainer';

/** A session that was checked: the strategy is valid, an engine is to be had, the bars are the ones that are meant. */
export interface SessionRequest {
  /** The API's operation that the session belongs to. */
  operationId: string;
  /** Of that operation, from 1. */
  attempt: number;
  strategy: Strategy;
  run: RunSettings;
  /** Folder of the bars that are meant. */
  dataDir: string;
  /** Resolved when the session's turn has come, so that nothing else computes while engines are timed. */
  engine: EngineSetting;
  /** The session goes on from the operation's last checkpoint here, with that one's engine; `null`: it begins. */
  resumedEngine: EngineChoice | null;
}
