import type { QueueEvents } from 'bullmq';

/** Longest value of an event, as JSON (characters): an outcome, which is in `completed`. */
const MOST = 32 * 1_048_576;
/** The values that BullMQ parses as JSON, without handling an error. */
const PARSED = { progress: 'data', completed: 'returnvalue' } as const;
/** A value that no reader accepts. */
const NOTHING = 'null';

/** Alternating names and values of an event, as Redis returns them. */
type EventFields = string[];
type Backend = ReturnType<QueueEvents['getBackend']>;
type Events = Awaited<ReturnType<Backend['readEvents']>>;

/**
 * Makes `events` leave out values that are not JSON or too long, before BullMQ parses them: whoever has access to the queue may
 * have written them. BullMQ would stop to listen at the first one that is not JSON.
 */
export function withBoundedEvents(events: QueueEvents): QueueEvents {
  const backend = events.getBackend();
  const read = backend.readEvents.bind(backend);
  backend.readEvents = async (id, blockTimeout) => {
    const found = await read(id, blockTimeout);
    for (const [, all] of (found ?? []) as [string, [string, EventFields][]][])
      for (const [, fields] of all) bound(fields);
    return found satisfies Events;
  };
  return events;
}

function bound(fields: EventFields): void {
  const name = valueOf(fields, 'event');
  if (name !== 'progress' && name !== 'completed') return;
  const at = indexOf(fields, PARSED[name]);
  if (at === -1) fields.push(PARSED[name], NOTHING);
  else if (!isShortJson(fields[at]!)) fields[at] = NOTHING;
}

function isShortJson(text: string): boolean {
  if (text.length > MOST) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function valueOf(fields: EventFields, name: string): string | undefined {
  return fields[indexOf(fields, name)];
}

/** Index of the last value with this name, as BullMQ reads it; -1 if there is none. */
function indexOf(fields: EventFields, name: string): number {
  for (let at = fields.length - 2; at >= 0; at -= 1) if (at % 2 === 0 && fields[at] === name) return at + 1;
  return -1;
}
