import {
  ANSWER_EXAMPLES,
  answerMeaning,
  isRefusal,
  TIMEFRAMES,
  type ImportQuestionChoice,
} from '@ktrdr/contracts';
import { useSignal } from '@preact/signals';
import { useId } from 'preact/hooks';
import { ChoiceSelect } from '../../components/choice-select.js';
import { TextInput } from '../../components/text-input.js';
import { ZoneInput } from '../../components/zone-input.js';
import type { AskedQuestion } from './asked-questions.js';
import { CHOICE_WORDS, inWordsOfForm } from './option-words.js';

/** Choices that have no other answers than the listed ones. */
const CLOSED: ReadonlySet<ImportQuestionChoice> = new Set(['decimal', 'stamps', 'bad_rows', 'on_conflict']);

interface QuestionFormProps {
  asked: AskedQuestion;
  /** Why the last answer was refused. */
  refused: string | null;
  answer: (answer: string) => void;
}

/** One question about a file. An answer changes the preview at once. */
export function QuestionForm({
  asked: { question, answer: given, isOpen },
  refused,
  answer,
}: QuestionFormProps) {
  const { choice, message, answers, suggestion } = question;
  const name = useId();
  const isOther = given !== null && !answers.includes(given);
  const isTyping = useSignal(answers.length === 0);
  return (
    <fieldset class={`question ${isOpen ? 'question-open' : ''}`}>
      <legend>{CHOICE_WORDS[choice]}</legend>
      <p class="question-message">{inWordsOfForm(message)}</p>
      {answers.map((listed, index) => (
        <label key={listed} class="check-line">
          <input
            type="radio"
            name={name}
            checked={given === listed && !isTyping.value}
            onChange={() => {
              isTyping.value = false;
              answer(listed);
            }}
          />
          <Answer choice={choice} answer={listed} why={index === 0 ? suggestion : null} />
        </label>
      ))}
      {answers.length > 0 && !CLOSED.has(choice) && (
        <label class="check-line">
          <input
            type="radio"
            name={name}
            checked={isTyping.value || isOther}
            onChange={() => (isTyping.value = true)}
          />
          another
        </label>
      )}
      {(isTyping.value || isOther) && (
        <TypedAnswer choice={choice} given={isOther ? given : ''} answer={answer} />
      )}
      {refused !== null && (
        <p class="field-error" role="alert">
          {inWordsOfForm(refused)}
        </p>
      )}
      {given !== null && isRefusal(choice, given) && isOpen && (
        <p class="muted">With this answer, nothing is imported. Remove the file, or choose another answer.</p>
      )}
    </fieldset>
  );
}

interface AnswerProps {
  choice: ImportQuestionChoice;
  answer: string;
  /** Why it is likely. */
  why: string | null;
}

function Answer({ choice, answer, why }: AnswerProps) {
  const meaning = answerMeaning(choice, answer);
  return (
    <span>
      <code>{answer}</code>
      {meaning !== null && ` – ${meaning}`}
      {why !== null && <span class="muted"> likely: {why}</span>}
    </span>
  );
}

interface TypedAnswerProps {
  choice: ImportQuestionChoice;
  given: string;
  answer: (answer: string) => void;
}

function TypedAnswer({ choice, given, answer }: TypedAnswerProps) {
  const text = useSignal(given);
  const examples = ANSWER_EXAMPLES[choice];
  const attributes = { 'aria-label': `Your answer: ${CHOICE_WORDS[choice]}` };
  const type = (typed: string): void => {
    text.value = typed;
  };
  if (choice === 'timeframe') {
    return (
      <div class="typed-answer">
        <ChoiceSelect
          attributes={attributes}
          value={given}
          choices={[['', 'Choose'], ...TIMEFRAMES.map((one): [string, string] => [one, one])]}
          onChoose={(timeframe) => timeframe !== '' && answer(timeframe)}
        />
      </div>
    );
  }
  return (
    <form
      class="typed-answer"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.value.trim() !== '') answer(text.value.trim());
      }}
    >
      {choice === 'timezone' ? (
        <ZoneInput attributes={attributes} value={text.value} onType={type} />
      ) : (
        <TextInput attributes={attributes} value={text.value} onType={type} />
      )}
      <button type="submit" class="button" disabled={text.value.trim() === ''}>
        Use
      </button>
      {examples !== undefined && <span class="field-hint">For example {examples.join(', ')}</span>}
    </form>
  );
}
