import type { BarsInfo, BarsOrigin } from '@ktrdr/contracts';
import { Moment } from '../../components/moment.js';
import { counted } from '../../format/numbers.js';

/** Characters of a fingerprint: enough to tell files apart. */
const FINGERPRINT_CHARACTERS = 12;

/** Where the bars came from, newest first. */
export function OriginsTable({ info: { origins, file, sha256 } }: { info: BarsInfo }) {
  return (
    <>
      <p class="muted">
        {file}, fingerprint <code>{sha256.slice(0, FINGERPRINT_CHARACTERS)}</code>
      </p>
      {origins.length === 0 ? (
        <p>Unknown, because ktrdr did not write the file.</p>
      ) : (
        <ol class="origins">
          {origins.map((origin) => (
            <li key={`${origin.at} ${origin.kind}`}>
              <Origin origin={origin} />
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function Origin({ origin: { kind, from, sha256, profile, at, rows } }: { origin: BarsOrigin }) {
  return (
    <>
      <Moment at={at} as="full" />: {kind} {kind === 'download' ? 'from' : 'of'} {from}
      {sha256 !== null && (
        <>
          {' '}
          (<code>{sha256.slice(0, FINGERPRINT_CHARACTERS)}</code>)
        </>
      )}
      , {counted(rows, 'bar')}
      {profile !== null && `, profile ${profile}`}
    </>
  );
}
