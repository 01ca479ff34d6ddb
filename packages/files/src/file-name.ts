/** Maximum length of a file name on all common file systems, bytes. */
const MOST_BYTES = 255;
/** Devices of Windows, which have these names in every folder and with every ending. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;
/** Matches almost every name. Such a name needs only the checks for device names and for its length. */
const PLAIN = /^[\w%-](?:[\w%.-]*[\w%-])?$/;
/** Separators, characters that are reserved on Windows, control characters and invisible characters. */
const FORBIDDEN = /[/\\:*?"<>|\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

/**
 * Why a text is not the name of one visible file of a folder, on every operating system; `null` if it is one. The reason
 * continues a sentence that begins with the name.
 */
export function fileNameProblem(name: string): string | null {
  if (PLAIN.test(name) && name.length <= MOST_BYTES && !DEVICE.test(name)) return null;
  if (name === '') return 'is empty';
  if (FORBIDDEN.test(name)) return 'contains a separator or another character that file names must not have';
  if (name.startsWith('.')) return 'begins with a dot';
  if (/[. ]$/.test(name)) return 'ends with a dot or a space';
  if (DEVICE.test(name)) return 'is the name of a device on Windows';
  if (name !== name.normalize('NFC')) return 'is not in the normal form of Unicode (NFC)';
  if (Buffer.byteLength(name) > MOST_BYTES) return `is longer than ${MOST_BYTES} bytes`;
  return null;
}
