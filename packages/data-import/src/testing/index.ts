export { writeDialect, type Dialect, type DialectBar, type DialectRow } from './dialect.js';
export { READ_AT, randomFiles, type RandomFile } from './random-files.js';
export { zipOf } from './zip-of.js';
export { TIME_FORMS } from './time-forms.js';
export { offsetByIntl } from './zone-clock.js';
