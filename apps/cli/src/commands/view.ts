/** `iwanto view config`: the configuration in force, and where it is stored. */
import { existsSync } from 'node:fs';
import { EXIT, homePaths, readConfig } from '@iwanto/service';
import { Failure } from '@iwanto/wire';
import { commandOf } from '../command.js';
import { jsonLine, remark, say, shown } from '../print.js';

export const command = commandOf({
  options: (words) =>
    words
      .positional('what', {
        choices: ['config'] as const,
        demandOption: true,
        describe: 'What to show',
      })
      .example('iwanto view config', 'The configuration, with defaults filled in'),
  run: async ({ json }) => {
    const paths = homePaths();
    if (!existsSync(paths.configFile)) {
      throw new Failure(
        'E_NOT_FOUND',
        `There is no configuration yet; "iwanto start" makes ${paths.configFile}.`,
      );
    }
    const { config, warnings } = await readConfig(paths);
    for (const warning of warnings) remark(shown(warning));
    if (json) say(jsonLine({ file: paths.configFile, config }));
    else {
      remark(shown(paths.configFile));
      for (const line of JSON.stringify(config, null, 2).split('\n')) say(shown(line));
    }
    return EXIT.done;
  },
});
