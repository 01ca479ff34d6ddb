#!/usr/bin/env node
/** `npm run secret`: makes the secret that the API and a training host share, unless there is one. It never prints the secret. */
import { addHostSecret } from './secrets.mjs';
import { main } from './workspace.mjs';

await main(async () => {
  console.log(
    addHostSecret()
      ? 'TRAINING_HOST_SECRET is now in .env.secrets, which only you can read and Git ignores. A training host on another machine needs a copy of this file.'
      : '.env.secrets already has a TRAINING_HOST_SECRET; it was kept. To make a new one, delete the file first and restart API and training host.',
  );
});
