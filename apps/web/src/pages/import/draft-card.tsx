import type { ImportPreview, ProfileList } from '@ktrdr/contracts';
import { ErrorNote, Loading } from '../../components/note.js';
import { ProgressBar } from '../../components/progress-bar.js';
import { counted, formatBytes } from '../../format/numbers.js';
import type { ResourceControl } from '../../live/use-resource.js';
import { ChoicesForm } from './choices-form.js';
import { CommittedText } from './committed-text.js';
import { removeDraft } from './drafts.js';
import type { ImportDraft } from './import-draft.js';
import { ImportProgress } from './import-progress.js';
import { CHOICE_WORDS, inWordsOfForm } from './option-words.js';
import { PreviewView } from './preview-view.js';
import { QuestionForm } from './question-form.js';
import { questionKey } from './asked-questions.js';

interface DraftCardProps {
  draft: ImportDraft;
  profiles: ResourceControl<ProfileList>;
}

/** One file: its upload, then its preview and questions, then its import. */
export function DraftCard({ draft, profiles }: DraftCardProps) {
  const phase = draft.phase.value;
  const error = draft.error.value;
  return (
    <section class="card draft" aria-label={draft.file.name}>
      <div class="draft-header">
        <h2>{draft.file.name}</h2>
        <span class="muted">{formatBytes(draft.file.size)}</span>
        <button type="button" class="button" onClick={() => removeDraft(draft)}>
          {phase.step === 'uploading' ? 'Cancel' : 'Remove'}
        </button>
      </div>
      {phase.step === 'waiting' && error === null && <p class="muted">Waiting for the previous file.</p>}
      {phase.step === 'uploading' && <Upload sent={phase.sent} bytes={draft.file.size} />}
      {error !== null && (
        <ErrorNote error={{ message: inWordsOfForm(error.message) }} retry={() => draft.retry()} />
      )}
      {phase.step === 'uploaded' && <Uploaded draft={draft} profiles={profiles} />}
      {phase.step === 'started' && <ImportProgress operationId={phase.operationId} />}
    </section>
  );
}

function Upload({ sent, bytes }: { sent: number; bytes: number }) {
  return (
    <div class="draft-upload">
      <ProgressBar percentage={bytes === 0 ? 100 : (100 * sent) / bytes} label="Upload" />
      <span class="number muted">
        {formatBytes(sent)} of {formatBytes(bytes)}
      </span>
    </div>
  );
}

function Uploaded({ draft, profiles }: DraftCardProps) {
  const preview = draft.preview.value;
  const isReading = draft.isReading.value;
  const open = preview?.questions.length ?? 0;
  return (
    <>
      {preview === null && isReading && <Loading lines={8} label="preview" />}
      {draft.asked.value.length > 0 && (
        <div class="questions">
          <p class="questions-title" role="status">
            {open === 0 ? 'All questions are answered.' : questionsText(open)}
          </p>
          {draft.asked.value.map((asked) => (
            <QuestionForm
              key={questionKey(asked.question)}
              asked={asked}
              refused={
                draft.refused.value?.key === questionKey(asked.question) ? draft.refused.value.message : null
              }
              answer={(answer) => draft.answer(asked.question, answer)}
            />
          ))}
        </div>
      )}
      {preview !== null && <PreviewView preview={preview} isOld={isReading} />}
      {(preview !== null || !isReading) && <ChoicesForm draft={draft} profiles={profiles} />}
      {preview !== null && (
        <div class="draft-start">
          {preview.bars.length === 1 && (
            <CommittedText
              label={CHOICE_WORDS.symbol}
              value={preview.bars[0]?.symbol ?? ''}
              commit={(symbol) => draft.choose({ symbol: symbol === '' ? undefined : symbol })}
            />
          )}
          <button
            type="button"
            class="button button-main"
            disabled={open > 0 || isReading}
            onClick={() => void draft.start()}
          >
            Import {whatOf(preview)}
          </button>
          {isReading && (
            <span class="muted" role="status">
              Reading the file
            </span>
          )}
        </div>
      )}
    </>
  );
}

function questionsText(open: number): string {
  return open === 1
    ? 'One question is open. The file is imported after your answer.'
    : `${open} questions are open. The file is imported after your answers.`;
}

/** `2 bars of AAPL 1h`, `9 bars of 3 symbols`. */
function whatOf({ bars }: ImportPreview): string {
  const rows = bars.reduce((sum, one) => sum + one.rows, 0);
  const [first] = bars;
  const of =
    bars.length === 1 && first !== undefined
      ? `${first.symbol} ${first.timeframe ?? ''}`.trim()
      : counted(bars.length, 'symbol');
  return `${counted(rows, 'bar')} of ${of}`;
}
