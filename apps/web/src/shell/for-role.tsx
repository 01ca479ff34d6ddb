import type { Role } from '@ktrdr/contracts';
import type { ComponentChildren } from 'preact';
import { caller, may } from './caller.js';
import './for-role.css';

interface ForRoleProps {
  role: Role;
  children: ComponentChildren;
}

/** Buttons and links for callers with a role. Until the API has said who calls, they keep their place, so that nothing moves. */
export function ForRole({ role, children }: ForRoleProps) {
  const isUnknown = caller.value === null;
  if (!isUnknown && !may(role)) return null;
  return (
    <div class="for-role" inert={isUnknown}>
      {children}
    </div>
  );
}
