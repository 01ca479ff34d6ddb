import type { Role } from '@ktrdr/contracts';
import type { ComponentChildren } from 'preact';
import { caller, may } from './caller.js';
import './for-role.css';

interface ForRoleProps {
  role: Role;
  children: ComponentChildren;
}

/** Buttons and links for callers with a role. Until the role of the caller is known, their space stays empty, so that nothing moves. */
export function ForRole({ role, children }: ForRoleProps) {
  const isUnknown = caller.value === null;
  if (!isUnknown && !may(role)) return null;
  return (
    <div class="for-role" inert={isUnknown}>
      {children}
    </div>
  );
}
