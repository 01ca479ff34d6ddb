import { NOTIFICATION_EVENTS, type NotificationEvent } from '@ktrdr/contracts';

export const EVENT_WORDS: Readonly<Record<NotificationEvent, string>> = {
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
  edge: 'completed with an edge',
};

interface EventChoiceProps {
  legend: string;
  chosen: readonly NotificationEvent[];
  choose: (events: readonly NotificationEvent[]) => void;
}

/** Chooses events. */
export function EventChoice({ legend, chosen, choose }: EventChoiceProps) {
  return (
    <fieldset class="choices">
      <legend>{legend}</legend>
      {NOTIFICATION_EVENTS.map((event) => (
        <label key={event} class="check-line">
          <input
            type="checkbox"
            checked={chosen.includes(event)}
            onChange={({ currentTarget: { checked } }) =>
              choose(NOTIFICATION_EVENTS.filter((one) => (one === event ? checked : chosen.includes(one))))
            }
          />
          {EVENT_WORDS[event]}
        </label>
      ))}
    </fieldset>
  );
}
