/** Characters that are shown: enough to tell files apart. */
const SHOWN_CHARACTERS = 12;

/** The start of a file's SHA-256; the whole of it on hover. */
export function Fingerprint({ sha256 }: { sha256: string }) {
  return <code title={sha256}>{sha256.slice(0, SHOWN_CHARACTERS)}</code>;
}
