import { LOCAL_CALLER, type StartTrainingRequest, type StrategySummary } from '@ktrdr/contracts';
import { CopyButton } from '../../components/copy-button.js';
import { caller } from '../../shell/caller.js';
import { fileStem } from '../../strategies/strategy-address.js';
import { curlOf, ktrdrOf, type CommandTarget } from './request-commands.js';
import type { StrategyChoice } from './training-form.js';

interface SameRequestProps {
  request: StartTrainingRequest;
  strategy: StrategyChoice;
  strategies: readonly StrategySummary[];
  /** A field has to be corrected first. */
  isWaiting: boolean;
}

/** The request of the form as commands, to run it again from a terminal or a script. */
export function SameRequest({ request, strategy, strategies, isWaiting }: SameRequestProps) {
  const target: CommandTarget = {
    origin: location.origin,
    needsToken: caller.value !== null && caller.value.name !== LOCAL_CALLER,
  };
  return (
    <details class="same-request">
      <summary>The same from a terminal</summary>
      {isWaiting ? (
        <p class="muted">Correct the marked fields to see the commands.</p>
      ) : (
        <div class="stack">
          <Command
            name="ktrdr"
            text={ktrdrOf(request, fileOf(strategy, strategies), target)}
            hint={
              strategy.kind === 'file'
                ? 'Run it in the folder above strategies.'
                : 'Save the text of the earlier training as this file first.'
            }
          />
          <Command
            name="curl"
            text={curlOf(request, target)}
            hint={target.needsToken ? 'Put an access token into KTRDR_TOKEN first.' : undefined}
          />
        </div>
      )}
    </details>
  );
}

function fileOf(strategy: StrategyChoice, strategies: readonly StrategySummary[]): string {
  if (strategy.kind === 'text') return strategy.file ?? 'strategy.yaml';
  const file = strategies.find((one) => fileStem(one.file) === strategy.name)?.file;
  return `strategies/${file ?? `${strategy.name}.yaml`}`;
}

function Command({ name, text, hint }: { name: string; text: string; hint: string | undefined }) {
  return (
    <div>
      <div class="same-request-head">
        <strong>{name}</strong>
        <CopyButton text={text} label={`Copy the ${name} command`} />
      </div>
      <pre tabIndex={0} aria-label={`${name} command`}>
        {text}
      </pre>
      {hint !== undefined && <p class="field-hint">{hint}</p>}
    </div>
  );
}
