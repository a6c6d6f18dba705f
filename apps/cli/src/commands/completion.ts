/** `iwanto completion SHELL`: the script that lets a shell complete commands, options, hashes, peers and folders. */
import { EXIT } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { commandOf } from '../command.js';
import { SCRIPTS, type Shell } from '../completion/scripts.js';
import { jsonLine, say } from '../print.js';

const SHELLS = Object.keys(SCRIPTS) as Shell[];

export const command = commandOf({
  options: (words) =>
    words
      .positional('shell', {
        choices: SHELLS,
        describe: 'The shell; by default your login shell',
      })
      .example('source <(iwanto completion bash)', 'In ~/.bashrc')
      .example('source <(iwanto completion zsh)', 'In ~/.zshrc, after compinit')
      .example('iwanto completion fish | source', 'In ~/.config/fish/config.fish'),
  run: async ({ shell, json }) => {
    const named = shell ?? loginShell();
    if (json) say(jsonLine({ shell: named, script: SCRIPTS[named] }));
    else process.stdout.write(SCRIPTS[named]);
    return EXIT.done;
  },
});

function loginShell(): Shell {
  const name = process.env['SHELL']?.split('/').pop();
  const known = SHELLS.find((shell) => shell === name);
  if (known !== undefined) return known;
  throw new Failure(
    'E_BAD_REQUEST',
    `Name the shell: "iwanto completion ${SHELLS.join('|')}"; $SHELL names none of them.`,
  );
}
