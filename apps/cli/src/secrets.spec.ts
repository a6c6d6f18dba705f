/** What the words of a command may not hold, because every user of the host can read them. */
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { CommandLine } from './testing/command-line.js';

let cli: CommandLine;
beforeEach(() => {
  cli = new CommandLine();
});
afterEach(() => cli.close());

test.each(['passphrase', 'password', 'secret', 'key'])(
  'HOSTILE 93: --%s is not an option, and what was typed behind it is not repeated',
  async (option) => {
    const { code, stdout, stderr } = await cli.run('start', `--${option}`, 'correct horse');
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain('correct horse');
  },
);
