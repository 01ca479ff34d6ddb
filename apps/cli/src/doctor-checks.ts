import type {
  CallerInfo,
  DoctorCheck,
  DoctorReport,
  DoctorReportStatus,
  DoctorStatus,
} from '@ktrdr/contracts';
import { LOCAL_CALLER } from '@ktrdr/contracts';
import type { ApiClient } from './api-client.js';
import { ApiError, ApiUnreachableError, CliError } from './cli-error.js';
import { type CommandContext, openApi } from './context.js';
import { formatDuration } from './progress/duration.js';

/** `--json` of `ktrdr doctor`. */
export interface ClientDoctorReport {
  status: DoctorReportStatus;
  /** Checks of the command line. */
  client: DoctorCheck[];
  /** The API's report; `null` if it has none. */
  api: DoctorReport | null;
}

/** Clocks that differ by more than this (ms) make times and tokens of logs hard to compare. */
const CLOCK_MS = 5_000;
const TIMEOUT_MS = 20_000;

/** Asks the API for its report, and checks what only the client can know. Works without the API. */
export async function examine(
  context: CommandContext,
  version: string,
  verbose?: boolean,
): Promise<ClientDoctorReport> {
  const client: DoctorCheck[] = [
    check('command line', 'ok', `ktrdr ${version} on Node ${process.versions.node}`),
  ];
  let api: DoctorReport | null = null;
  try {
    const connection = openApi(context, { verbose });
    api = await ask(context, connection, version, client);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // a setting cannot be used: the address, the file of an authority, the saved token
    client.push(check('settings', 'problem', error.message, 'ktrdr config show lists the settings'));
  }
  const all = [...client, ...(api?.checks ?? [])].map(({ status }) => status);
  const status = (['problem', 'warning'] as const).find((one) => all.includes(one)) ?? 'ok';
  return { status, client, api };
}

async function ask(
  context: CommandContext,
  api: ApiClient,
  version: string,
  client: DoctorCheck[],
): Promise<DoctorReport | null> {
  let caller: CallerInfo;
  try {
    caller = await api.get<CallerInfo>('/caller', {}, TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    if (error instanceof ApiError && error.status === 401) {
      client.push(check('address', 'ok', `the API answers at ${api.baseUrl}`));
      client.push(check('token', 'problem', error.message, 'ktrdr login'));
      return null;
    }
    const advice =
      error instanceof ApiUnreachableError
        ? 'npm start (beside the API: docker compose up)'
        : isOfEarlierApi(error)
          ? 'update the API'
          : 'ktrdr config set api_url URL';
    client.push(check('address', 'problem', error.message, advice));
    return null;
  }
  client.push(check('address', 'ok', `the API answers at ${api.baseUrl}`));
  client.push(
    check(
      'token',
      'ok',
      caller.name === LOCAL_CALLER
        ? 'the API needs no token; every program on its machine may use it'
        : `${caller.name}, role ${caller.role}`,
    ),
  );
  try {
    const sentAt = context.clock.now();
    const report = await api.get<DoctorReport>('/doctor', {}, TIMEOUT_MS);
    const middle = (sentAt + context.clock.now()) / 2;
    client.push(versionCheck(version, report.version), clockCheck(Date.parse(report.server_time) - middle));
    return report;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const isOlder = isOfEarlierApi(error);
    client.push(
      isOlder
        ? check('report', 'warning', 'the API has no doctor report: its version is older', 'update the API')
        : check('report', 'problem', error.message),
    );
    return null;
  }
}

function versionCheck(client: string, api: string): DoctorCheck {
  if (client === api) return check('versions', 'ok', `ktrdr and the API are both ${api}`);
  return check(
    'versions',
    'warning',
    `ktrdr is ${client}, the API is ${api}`,
    'use the same version on both sides: a field or an option may be missing on one',
  );
}

/** @param ahead of the API's clock, ms */
function clockCheck(ahead: number): DoctorCheck {
  if (!(Math.abs(ahead) > CLOCK_MS))
    return check('clock', 'ok', 'the clocks of this machine and of the API agree');
  const difference = formatDuration(Math.abs(ahead) / 1000);
  return check(
    'clock',
    'warning',
    `the API's clock is ${difference} ${ahead > 0 ? 'ahead of' : 'behind'} this machine's`,
    'synchronise both clocks with NTP',
  );
}

function check(
  name: string,
  status: DoctorStatus,
  summary: string,
  advice: string | null = null,
): DoctorCheck {
  return { name, status, summary, advice };
}

/** An API that lacks a route of this command line is of an earlier version. */
function isOfEarlierApi(error: CliError): boolean {
  return error instanceof ApiError && error.code === 'not_found';
}
