import type { ModelDetails } from '@ktrdr/contracts';
import { addressOf } from '../../api/client.js';
import { ROUTES } from '../../api/routes.js';

/** What the files are for. */
const PURPOSES: Readonly<Record<string, string>> = {
  'model.onnx': 'the network, for ONNX Runtime in any language',
  'features.json': 'the inputs in order, with their normalisation',
  'metadata.json': 'where the model comes from',
  'metrics.json': 'everything that was measured',
  'strategy.yaml': 'the strategy file that it was trained with',
};

/** Downloads. */
export function FilesCard({ model: { summary, files } }: { model: ModelDetails }) {
  const { strategy, version } = summary;
  const addressOfFile = (name: string): string =>
    addressOf(ROUTES.getModelFile.path, { strategy, version, name });
  const others = files.filter((name) => name !== 'model.onnx');
  return (
    <section class="card" aria-label="Files">
      <h2>Files</h2>
      {files.includes('model.onnx') && (
        <a class="button button-main" href={addressOfFile('model.onnx')} download>
          Download model.onnx
        </a>
      )}
      <ul class="model-files">
        {others.map((name) => (
          <li key={name}>
            <a href={addressOfFile(name)} download>
              {name}
            </a>
            {PURPOSES[name] !== undefined && <span class="muted">: {PURPOSES[name]}</span>}
          </li>
        ))}
      </ul>
      <p class="field-hint">
        <a href="/docs/models/" target="_blank" rel="noreferrer">
          How to use them in Python, C# and MetaTrader
        </a>
      </p>
    </section>
  );
}
