export { emptyPostgres, emptySqlite, type EmptyStore } from './databases.js';
export { PostgresServer } from './postgres-server.js';
