#!/usr/bin/env node
/** Last step of the API's build, run in its folder: copies the page into `dist`, beside the service that serves it. */
import { cp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { compressFolder } from './compress-folder.mjs';

const web = dirname(createRequire(`${process.cwd()}/`).resolve('@ktrdr/web/package.json'));
const target = join('dist', 'page');
await rm(target, { recursive: true, force: true });
await cp(join(web, 'dist', 'page'), target, { recursive: true });
await compressFolder(target);
