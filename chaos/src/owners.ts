/**
 * Usage: `owners.js note|judge <database>`. A separate process, because only processes started with `SmallDisk.enter` see the
 * disk of the database. `note` adds triggers that record the owner of each operation in each epoch; no commit is missed, even
 * right before a kill. `judge` prints the epochs that had more than one owner, one per line.
 */
import Libsql from 'libsql';

const BUSY_MS = 10_000;

const [what, path] = process.argv.slice(2);
const database = new Libsql(path ?? '');
database.exec(`pragma busy_timeout = ${BUSY_MS}`);
if (what === 'note') note();
else judge();
database.close();

function note(): void {
  const insert = `insert into chaos_owners values (new.id, new.epoch, new.owner)
    on conflict (operation_id, epoch, owner) do nothing`;
  database.exec(`
    create table chaos_owners (operation_id text, epoch integer, owner text, unique (operation_id, epoch, owner));
    create trigger chaos_owners_first after insert on operations begin ${insert}; end;
    create trigger chaos_owners_next after update on operations begin ${insert}; end;`);
}

function judge(): void {
  const epochs = database
    .prepare(`select operation_id as id, epoch, count(*) as owners from chaos_owners group by 1, 2`)
    .all() as { id: string; epoch: number; owners: number }[];
  if (epochs.length === 0) console.log('no operation has ever had an owner');
  for (const { id, epoch, owners } of epochs)
    if (owners > 1) console.log(`${id}: ${owners} owners in epoch ${epoch}`);
}
