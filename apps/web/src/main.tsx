import { render } from 'preact';
import './shell/leave-guard.js';
import { App } from './app.js';
import { reloadWhenFilesAreMissing } from './shell/missing-files.js';
import './tokens.css';
import './base.css';

const page = document.getElementById('page');
if (page === null) throw new Error('index.html has no element with the id page');
reloadWhenFilesAreMissing();
render(<App />, page);
