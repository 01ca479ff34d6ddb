import { EXIT } from './exit-code.js';
import { storedHelp } from './help.js';

// A reader that closes the output (`ktrdr ... | head`) ends the command, like other commands.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.unread);
  throw error;
});

const args = process.argv.slice(2);
if (args[0] === '__complete') {
  const { runComplete } = await import('./completion/run-complete.js');
  process.exitCode = await runComplete(args.slice(1));
} else {
  const help = storedHelp(args, process.stdout.columns ?? Number.POSITIVE_INFINITY);
  if (help !== null) process.stdout.write(help);
  else process.exitCode = await (await import('./run-process.js')).runProcess(args);
}
