import type { ListedModel } from '@ktrdr/contracts';
import { request } from '../../api/client.js';
import { useAction } from '../../api/use-action.js';
import { ConfirmDialog } from '../../components/confirm-dialog.js';
import { counted } from '../../format/numbers.js';

interface DeleteModelsDialogProps {
  models: readonly ListedModel[];
  /** After each attempt: some may be deleted even if another is refused. */
  onDeleted: () => void;
  onClose: () => void;
}

/** Names the models that it deletes, one request for each. */
export function DeleteModelsDialog({ models, onDeleted, onClose }: DeleteModelsDialogProps) {
  const deletable = models.filter((model) => model.version !== null);
  const action = useAction(async () => {
    try {
      for (const { strategy, version } of deletable)
        await request('deleteModel', { params: { strategy, version: version ?? '' } });
    } finally {
      onDeleted();
    }
  }, onClose);
  return (
    <ConfirmDialog
      title={`Delete ${counted(deletable.length, 'model')}?`}
      verb="Delete"
      action={action}
      onClose={onClose}
    >
      <p>
        The files are removed for good, and their version numbers are not used again. The trainings that made
        them stay in the list of operations.
      </p>
      <ul>
        {deletable.map(({ model }) => (
          <li key={model}>{model}</li>
        ))}
      </ul>
    </ConfirmDialog>
  );
}
