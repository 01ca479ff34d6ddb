import type { ComponentChildren } from 'preact';
import type { ReadonlySignal } from '@preact/signals';
import { request } from '../../api/client.js';
import { useResource, type Resource } from '../../live/use-resource.js';
import { trainAddress } from '../../strategies/strategy-address.js';
import { may } from '../../shell/caller.js';

/** What a person has who has no model yet. */
interface Missing {
  bars: number;
  /** A strategy that can be trained. */
  example: string | null;
}

/** Reads what is missing before the first model; `null` in its value: there is a model. */
export function useMissing(): ReadonlySignal<Resource<{ missing: Missing | null }>> {
  const { resource } = useResource(
    'first steps',
    async (signal) => {
      const { models } = await request('listModels', { signal });
      if (models.length > 0) return { missing: null };
      const [{ bars }, { strategies }] = await Promise.all([
        request('listBars', { signal }),
        request('listStrategies', { signal }),
      ]);
      return {
        missing: { bars: bars.length, example: strategies.find(({ valid }) => valid)?.name ?? null },
      };
    },
    (change, known) =>
      known?.missing !== null && change.type === 'operation' && change.operation.status === 'completed',
  );
  return resource;
}

/** What to do before there is a model. Steps that are done are marked. */
export function FirstSteps({ missing: { bars, example } }: { missing: Missing }) {
  const train = example === null ? '/app/train' : trainAddress(example);
  return (
    <section class="card" aria-labelledby="first-title">
      <h2 id="first-title">First steps</h2>
      <ol class="first-steps">
        <Step isDone={bars > 0} title="Bring your bars" address="/app/data/import" link="Import a file">
          CSV, Parquet and more from any program. Or <a href="/app/data">create sample bars</a>.
        </Step>
        <Step
          isDone={example !== null}
          title="Choose a strategy"
          address="/app/strategies"
          link="See the strategies"
        >
          {example === null ? 'Write one with help for each line.' : `${example} can be trained.`}
        </Step>
        <Step
          isDone={false}
          title="Train it"
          address={may('operate') ? train : '/app/operations'}
          link="Start a training"
        >
          It takes seconds to minutes. It ends with a verdict: whether there is an edge, and how sure that is.
        </Step>
        <Step isDone={false} title="Read more" address="/docs/" link="Documentation">
          Every field of a strategy file, every label, and what a verdict means.
        </Step>
      </ol>
    </section>
  );
}

interface StepProps {
  isDone: boolean;
  title: string;
  address: string;
  link: string;
  children: ComponentChildren;
}

function Step({ isDone, title, address, link, children }: StepProps) {
  return (
    <li class={isDone ? 'step-done' : ''}>
      <strong>
        {title}
        {isDone && <span class="step-mark"> ✓ done</span>}
      </strong>
      <p>{children}</p>
      <a href={address} target={address.startsWith('/docs') ? '_self' : undefined}>
        {link}
      </a>
    </li>
  );
}
