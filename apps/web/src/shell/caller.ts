import { includesRole, type CallerInfo, type Role } from '@ktrdr/contracts';
import { signal } from '@preact/signals';

/** Who the API takes the user for; `null` before the first answer. */
export const caller = signal<CallerInfo | null>(null);

/** True if the user may do what needs `role`. */
export function may(role: Role): boolean {
  return caller.value !== null && includesRole(caller.value.role, role);
}
