import { redact, type DoctorCheck, type DoctorStatus } from '@ktrdr/contracts';

/** What a check found, without its name. */
export type Finding = Omit<DoctorCheck, 'name'>;

export function ok(summary: string): Finding {
  return { status: 'ok', summary, advice: null };
}

/** A missing part that nothing needs. */
export function absent(summary: string): Finding {
  return { status: 'absent', summary, advice: null };
}

export function found(
  status: Exclude<DoctorStatus, 'ok' | 'absent'>,
  summary: string,
  advice: string,
): Finding {
  return { status, summary, advice };
}

/** The finding of a check that failed. The first sentence of the error says what is wrong, the others what to do. */
export function problemOf(error: unknown): Finding {
  const message = redact(error instanceof Error ? error.message : String(error));
  const end = message.indexOf('. ');
  return end === -1
    ? { status: 'problem', summary: message, advice: null }
    : { status: 'problem', summary: message.slice(0, end + 1), advice: message.slice(end + 2) };
}
