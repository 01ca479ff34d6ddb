import { userInfo } from 'node:os';

/** Name of this process's account; `undefined` for an account that the system does not know, as in some containers. */
export function userName(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
