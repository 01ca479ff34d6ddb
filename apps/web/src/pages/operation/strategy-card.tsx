import { useSignal } from '@preact/signals';
import { STRATEGY_NAME_PATTERN, type StartTrainingRequest, type StrategyIssue } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { CopyButton } from '../../components/copy-button.js';
import { ErrorNote, Loading } from '../../components/note.js';
import { useResource } from '../../live/use-resource.js';
import { fileStem, strategyAddress } from '../../strategies/strategy-address.js';
import { linesOf } from './strategy-lines.js';

/** The strategy file as the training read it, with its warnings at their lines. */
export function StrategyCard({ id, warnings }: { id: string; warnings: number }) {
  const isOpen = useSignal(warnings > 0);
  return (
    <section class="card" id="strategy" aria-labelledby="strategy-title">
      <h2 id="strategy-title">Strategy file</h2>
      <details
        open={isOpen.value}
        onToggle={(event) => {
          isOpen.value = event.currentTarget.open;
        }}
      >
        <summary>
          As this training read it
          {warnings > 0 && `, ${warnings} ${warnings === 1 ? 'warning' : 'warnings'}`}
        </summary>
        {isOpen.value && <StrategyText id={id} />}
      </details>
    </section>
  );
}

interface ReadStrategy {
  training: StartTrainingRequest;
  issues: StrategyIssue[];
}

function StrategyText({ id }: { id: string }) {
  const { resource, reload } = useResource<ReadStrategy>(`strategy ${id}`, async (signal) => {
    const { request: training } = await request('getTrainingRequest', { params: { id }, signal });
    const { strategy = '', strategy_file } = training;
    const { issues } = await request('validateStrategy', { body: { strategy, strategy_file }, signal });
    // an error here would have refused the training: the request gave what the file lacks
    return { training, issues: issues.filter(({ severity }) => severity === 'warning') };
  });
  const { value, error } = resource.value;
  if (value === null)
    return error === null ? (
      <Loading label="strategy file" lines={10} />
    ) : (
      <ErrorNote error={error} retry={reload} />
    );
  const { strategy = '', strategy_file: file = 'strategy.yaml' } = value.training;
  const name = fileStem(file);
  return (
    <div class="stack strategy-file">
      <div class="strategy-actions">
        <span class="muted">{file}</span>
        <CopyButton text={strategy} label="Copy the file" />
        {STRATEGY_NAME_PATTERN.test(name) && (
          <a class="button" href={strategyAddress(name)}>
            Open in the editor
          </a>
        )}
      </div>
      <pre class="strategy-lines" tabIndex={0} aria-label={`Strategy file ${file}`}>
        {linesOf(strategy, value.issues).map(({ number, text, issues }) => (
          <span key={number} class={`strategy-line ${issues.length > 0 ? 'strategy-line-warned' : ''}`}>
            <span class="strategy-number" aria-hidden="true">
              {number}
            </span>
            <code>{text === '' ? ' ' : text}</code>
            {issues.map(({ path, message }) => (
              <span key={message} class="strategy-issue">
                {path === '' ? '' : `${path}: `}
                {message}
              </span>
            ))}
          </span>
        ))}
      </pre>
    </div>
  );
}
