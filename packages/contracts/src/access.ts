/** What a token allows, from least to most. Each role includes the roles before it. */
export const ROLES = ['read', 'operate', 'admin'] as const;

/**
 * - `read`: see operations, models, bars, metrics and hosts; check strategies
 * - `operate`: also start, cancel, resume and retry work, add and delete models and bars, save strategy files, and manage
 *   webhooks
 * - `admin`: also manage tokens, read the audit log, and remove stored operations
 */
export type Role = (typeof ROLES)[number];

/** True if `role` includes `needed`. */
export function includesRole(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

/** A token's secret: the prefix, the token's id, 256 random bits in base64url. The prefix lets scanners find leaked tokens. */
export const TOKEN_PATTERN = /^ktrdr_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/;

/** Name in the audit log of callers while the service has no token. No token can have it. */
export const LOCAL_CALLER = 'local';

/** An access token without its secret. */
export interface AccessToken {
  id: string;
  /** Unique among the tokens that are not revoked. */
  name: string;
  role: Role;
  /** ISO 8601. */
  created_at: string;
  /** Name of the caller that created it. */
  created_by: string;
}

/** `data` of `GET /caller`: who the service takes the caller for. */
export interface CallerInfo {
  /** Name of the token; `local` while the service needs none. */
  name: string;
  role: Role;
}

/**
 * Body of `POST /session`, which logs a browser in: the answer is a `CallerInfo`, and sets a cookie that scripts cannot read.
 * `DELETE /session` removes the cookie. Only pages of the service itself can use it.
 */
export interface LoginRequest {
  /** An access token. */
  token: string;
}

/** Body of `POST /tokens`. */
export interface CreateTokenRequest {
  /** Whose token it is, or what for: 1 to 64 letters, digits, `.`, `_`, `@` and `-`. */
  name: string;
  role: Role;
}

/** `data` of `POST /tokens`. */
export interface CreatedToken extends AccessToken {
  /** The secret. Only this answer contains it. */
  token: string;
}

/** `data` of `GET /tokens`: all tokens that are not revoked, oldest first. */
export interface TokenList {
  tokens: AccessToken[];
}

/** `data` of `DELETE /tokens/:token`. */
export interface RevokedToken extends AccessToken {
  /** ISO 8601. */
  revoked_at: string;
}

/** What the audit log records. `save`: a strategy file. `access`: a refused request of any other kind. */
export const AUDIT_ACTIONS = [
  'start',
  'cancel',
  'resume',
  'retry',
  'delete',
  'import',
  'save',
  'create_webhook',
  'delete_webhook',
  'test_webhook',
  'create_token',
  'revoke_token',
  'login',
  'logout',
  'access',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** `refused`: the caller was not allowed (401, 403). `failed`: any other error. */
export const AUDIT_OUTCOMES = ['done', 'failed', 'refused'] as const;

export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number];

/** One request in the audit log. */
export interface AuditEntry {
  /** Increases with each entry. */
  id: number;
  /** When the request was answered, ISO 8601. */
  at: string;
  /** Name of the caller's token; `local` while there is no token; `null`: unknown. */
  caller: string | null;
  /** Id of the caller's token. */
  token_id: string | null;
  action: AuditAction;
  /** The operation, model, bars, strategy, webhook or token; for a refused request its method and path. Control characters are replaced. */
  target: string;
  /** IP address that the request came from; `this machine` for a command beside the service; `unknown` if it left at once. */
  address: string;
  outcome: AuditOutcome;
  /** HTTP status of the answer. */
  status: number;
  /** Error code of the answer; `null` if it was done. */
  code: string | null;
  /** Number of equal requests that the entry stands for. Only refused ones are combined. */
  count: number;
}

/** Query of `GET /audit`. */
export interface ListAuditQuery {
  /** Only entries of this caller. */
  caller?: string;
  /** Only entries of this action. */
  action?: AuditAction;
  /** Only entries with this outcome. */
  outcome?: AuditOutcome;
  /**
   * Maximum number of entries in the response.
   *
   * @default 50
   */
  limit?: number;
  /**
   * Number of newer entries to skip.
   *
   * @default 0
   */
  offset?: number;
}

/** `data` of `GET /audit`: entries, newest first. */
export interface AuditList {
  entries: AuditEntry[];
  /** Number of entries that match the filters. */
  total_count: number;
}
