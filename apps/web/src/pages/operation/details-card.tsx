import type { ComponentChildren } from 'preact';
import type { TypedOperationSummary } from '@ktrdr/contracts';
import { Moment } from '../../components/moment.js';
import { settingText } from '../../operations/setting-text.js';
import { Took } from '../../operations/took.js';
import { wordsOf } from '../../operations/operation-words.js';

/** Times and settings of an operation. */
export function DetailsCard({ operation }: { operation: TypedOperationSummary }) {
  const { metadata } = operation;
  const { parameters, ...rest } = metadata;
  const settings = [...Object.entries(rest), ...Object.entries(parameters)].filter(
    ([, value]) => value !== null && value !== undefined,
  );
  return (
    <section class="card" id="details" aria-labelledby="details-title">
      <h2 id="details-title">Details</h2>
      <dl class="settings">
        <Setting name="id">
          <code>{operation.operation_id}</code>
        </Setting>
        <Setting name="created">
          <Moment at={operation.created_at} as="full" />
        </Setting>
        <Setting name="started">
          <Moment at={operation.started_at} as="full" />
        </Setting>
        <Setting name="ended">
          <Moment at={operation.completed_at} as="full" />
        </Setting>
        <Setting name="took">
          <Took operation={operation} />
        </Setting>
        <Setting name="attempt">{operation.attempt}</Setting>
        {settings.map(([name, value]) => (
          <Setting key={name} name={wordsOf(name)}>
            {settingText(value)}
          </Setting>
        ))}
      </dl>
    </section>
  );
}

function Setting({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
