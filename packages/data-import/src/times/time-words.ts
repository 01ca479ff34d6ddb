/** Words in dates: names of months and weekdays in the languages of common exports, and the halves of the day. */

/** Names of the months as dates contain them, January first. A language may have several forms of a name. */
const MONTHS: readonly string[] = [
  // English, German, French, Spanish, Italian, Portuguese, Dutch
  'january february march april may june july august september october november december',
  'januar februar marz april mai juni juli august september oktober november dezember',
  'janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre',
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre',
  'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre',
  'janeiro fevereiro marco abril maio junho julho agosto setembro outubro novembro dezembro',
  'januari februari maart april mei juni juli augustus september oktober november december',
  // Swedish, Danish and Norwegian, Finnish
  'januari februari mars april maj juni juli augusti september oktober november december',
  'januar februar marts april maj juni juli august september oktober november desember',
  'tammikuu helmikuu maaliskuu huhtikuu toukokuu kesakuu heinakuu elokuu syyskuu lokakuu marraskuu joulukuu',
  // Polish and Czech, twice: alone and after a day; Turkish, Hungarian
  'styczen luty marzec kwiecien maj czerwiec lipiec sierpien wrzesien pazdziernik listopad grudzien',
  'stycznia lutego marca kwietnia maja czerwca lipca sierpnia wrzesnia pazdziernika listopada grudnia',
  'leden unor brezen duben kveten cerven cervenec srpen zari rijen listopad prosinec',
  'ledna unora brezna dubna kvetna cervna cervence srpna zari rijna listopadu prosince',
  'ocak subat mart nisan mayis haziran temmuz agustos eylul ekim kasim aralik',
  'januar februar marcius aprilis majus junius julius augusztus szeptember oktober november december',
  // Russian, twice: alone and after a day
  'январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь',
  'января февраля марта апреля мая июня июля августа сентября октября ноября декабря',
];

/** Short forms that are no beginning of a name, or the beginning of names of two months: they mean this month. */
const SHORT_MONTHS: Readonly<Record<string, number>> = {
  mar: 3,
  mrt: 3,
  mrz: 3,
  maerz: 3,
  avr: 4,
  ago: 8,
  sept: 9,
  dic: 12,
  dez: 12,
  des: 12,
};

const WEEKDAYS =
  'monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun ' +
  'montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so ' +
  'lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim ' +
  'lunes martes miercoles jueves viernes sabado domingo lun mie jue vie sab dom ' +
  'lunedi martedi mercoledi giovedi venerdi sabato domenica gio ven ' +
  'segunda terca quarta quinta sexta seg ter qua qui sex segunda-feira terca-feira quarta-feira quinta-feira sexta-feira ' +
  'maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo ' +
  'poniedzialek wtorek sroda czwartek piatek niedziela pon wt sr czw pt niedz';

/** What a word of a date means. Months are 1 to 12. */
export const WEEKDAY = 20;
export const AM = 21;
export const PM = 22;

const MEANINGS = meanings();

/** The meaning of a word in any case, with or without accents and a point at its end; 0 if it has none. */
export function meaningOf(word: string): number {
  return MEANINGS.get(plain(word)) ?? 0;
}

function plain(word: string): string {
  return word
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ı', 'i')
    .replaceAll('ł', 'l')
    .replaceAll('.', '');
}

function meanings(): Map<string, number> {
  const found = new Map<string, number>();
  for (const names of MONTHS)
    for (const [index, name] of names.split(' ').entries())
      // `й` is `и` with a mark
      for (let length = 3; length <= plain(name).length; length++) {
        const start = plain(name).slice(0, length);
        const before = found.get(start);
        found.set(start, before === undefined || before === index + 1 ? index + 1 : 0);
      }
  for (const names of MONTHS)
    for (const [index, name] of names.split(' ').entries()) found.set(plain(name), index + 1);
  for (const [name, month] of Object.entries(SHORT_MONTHS)) found.set(name, month);
  for (const name of WEEKDAYS.split(' ')) if (!found.get(name)) found.set(name, WEEKDAY);
  found.set('am', AM);
  found.set('pm', PM);
  return found;
}
