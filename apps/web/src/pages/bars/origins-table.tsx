import { barsOriginChoices, type BarsInfo, type BarsOrigin } from '@ktrdr/contracts';
import { Fingerprint } from '../../bars/fingerprint.js';
import { Moment } from '../../components/moment.js';
import { counted } from '../../format/numbers.js';

/** Where the bars came from, newest first. */
export function OriginsTable({ info: { origins, file, sha256 } }: { info: BarsInfo }) {
  return (
    <>
      <p class="muted">
        {file}, fingerprint <Fingerprint sha256={sha256} />
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

function Origin({ origin }: { origin: BarsOrigin }) {
  const { kind, from, sha256, profile, at, rows } = origin;
  const choices = barsOriginChoices(origin);
  return (
    <>
      <Moment at={at} as="full" />: {kind} {kind === 'download' ? 'from' : 'of'} {from}
      {sha256 !== null && (
        <>
          {' '}
          (<Fingerprint sha256={sha256} />)
        </>
      )}
      , {counted(rows, 'bar')}
      {profile !== null && `, profile ${profile}`}
      {choices !== null && `; ${choices}`}
    </>
  );
}
