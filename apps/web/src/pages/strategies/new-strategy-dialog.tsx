import type { StrategySummary } from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { useEffect } from 'preact/hooks';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ChoiceSelect } from '../../components/choice-select.js';
import { Field } from '../../components/field.js';
import { FormDialog } from '../../components/form-dialog.js';
import { TextInput } from '../../components/text-input.js';
import { fileStem, strategyAddress } from '../../strategies/strategy-address.js';
import type { ExampleStrategy } from './examples.js';
import { nameProblem, renamed } from './new-strategy-text.js';

interface NewStrategyDialogProps {
  strategies: readonly StrategySummary[];
  onClose: () => void;
}

/** A new strategy begins as a copy of an example or of another strategy. */
export function NewStrategyDialog({ strategies, onClose }: NewStrategyDialogProps) {
  const { route } = useLocation();
  const examples = useSignal<readonly ExampleStrategy[]>([]);
  const name = useSignal('');
  const from = useSignal('');
  const stems = strategies.map(({ file }) => fileStem(file));
  const problem = nameProblem(name.value, stems);

  useEffect(() => {
    import('./examples.js').then(
      ({ EXAMPLE_STRATEGIES }) => {
        examples.value = EXAMPLE_STRATEGIES;
        if (from.peek() === '') from.value = `example ${EXAMPLE_STRATEGIES[0]?.name ?? ''}`;
      },
      // own strategies can still be copied
      () => {},
    );
  }, []);

  const action = useAction(
    async () => {
      const text = await textOf(from.peek(), examples.peek());
      return request('saveStrategy', {
        params: { name: name.peek() },
        body: { text: renamed(text, name.peek()), revision: null },
      });
    },
    (saved) => route(strategyAddress(saved.name)),
  );

  return (
    <FormDialog
      title="New strategy"
      verb="Create"
      action={action}
      isComplete={name.value !== '' && problem === null && from.value !== ''}
      onClose={onClose}
    >
      <Field label="Name" hint="Names the file and the models." error={problem}>
        {(attributes) => (
          <TextInput
            attributes={attributes}
            value={name.value}
            onType={(value) => (name.value = value.trim())}
            isRequired
          />
        )}
      </Field>
      <Field label="Start from" hint={descriptionOf(from.value, examples.value, strategies)}>
        {(attributes) => (
          <ChoiceSelect
            attributes={attributes}
            value={from.value}
            choices={[
              ...examples.value.map((example): [string, string] => [
                `example ${example.name}`,
                `Example: ${example.name}`,
              ]),
              ...stems.map((stem): [string, string] => [`copy ${stem}`, `Copy of ${stem}`]),
            ]}
            onChoose={(value) => (from.value = value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}

async function textOf(from: string, examples: readonly ExampleStrategy[]): Promise<string> {
  const example = examples.find((one) => from === `example ${one.name}`);
  if (example !== undefined) return example.text;
  const { text } = await request('getStrategy', { params: { name: from.replace('copy ', '') } });
  return text;
}

function descriptionOf(
  from: string,
  examples: readonly ExampleStrategy[],
  strategies: readonly StrategySummary[],
): string {
  const example = examples.find((one) => from === `example ${one.name}`);
  const copied = strategies.find(({ file }) => from === `copy ${fileStem(file)}`);
  return example?.description ?? copied?.description ?? 'You can change everything afterwards.';
}
