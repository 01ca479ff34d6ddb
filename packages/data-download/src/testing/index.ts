export { ExchangeServer, type Fault, type ServedBar } from './exchange-server.js';
