/** Address of the stream of all operations. */
export const EVENTS = '/operations/events';
