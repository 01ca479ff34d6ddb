/**
 * How a check ended. `absent`: it is missing, and nothing needs it. `warning`: it works, but slower or with less than it could.
 * `problem`: something does not work.
 */
export type DoctorStatus = 'ok' | 'absent' | 'warning' | 'problem';
/** The worst status of all checks; what is absent counts as `ok`. */
export type DoctorReportStatus = Exclude<DoctorStatus, 'absent'>;

/** One check of `GET /doctor`. */
export interface DoctorCheck {
  /** What was checked: `node`, `engine onnx-cuda`, `folder DATA_DIR`, `store`. Unique in a report. */
  name: string;
  status: DoctorStatus;
  /** What was found, in one line. */
  summary: string;
  /** What to do; `null` if there is nothing to do. */
  advice: string | null;
}

/** `data` of `GET /doctor`: what the service needs, and what is missing. */
export interface DoctorReport {
  /** Version of the service. */
  version: string;
  /** Clock of the service, ISO 8601. Compare it with your own. */
  server_time: string;
  status: DoctorReportStatus;
  checks: DoctorCheck[];
}
