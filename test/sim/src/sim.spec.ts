/** A modest number of random schedules on every test run, and every directed scenario against its trace. */
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runSeeds } from './batch.js';
import { play, readScenario, readScenarios, scenariosFolder } from './directed.js';
import { parseOptions } from './options.js';
import { run } from './run.js';
import { parseScenario, scenarioText } from './scenario.js';
import { makeSchedule } from './schedule.js';

const SCHEDULES = 150;
/** New seeds on each run; `npm run sim -- --seed N --trace` plays one again. */
const first = Math.floor(Date.now() / 1_000) % 2 ** 31;

describe('random fault schedules', () => {
  test(`hold every invariant and heal: ${SCHEDULES} from seed ${first}`, () => {
    expect(runSeeds(first, SCHEDULES).bad).toEqual([]);
  }, 60_000);

  test('follow from their seed alone', () => {
    const [one, two] = [run(makeSchedule(first)), run(makeSchedule(first))];
    expect(one).toEqual(two);
  });

  test('are the same after a trip through text', () => {
    for (let seed = first; seed < first + 50; seed++)
      expect(parseScenario(scenarioText(makeSchedule(seed)))).toEqual(makeSchedule(seed));
  });
});

describe('one scenario by name or file', () => {
  test('is the one of the folder', () => {
    const { commands } = readScenarios().find(({ name }) => name === 'crash.txt')!;
    expect(readScenario('crash')).toEqual(parseScenario(commands));
    expect(readScenario(join(scenariosFolder, 'crash.txt'))).toEqual(parseScenario(commands));
  });

  test('that is not there names those that are', () => {
    expect(() => readScenario('nowhere')).toThrow(/nowhere.*cold-start/);
  });

  test('is read from the command line', () => {
    const words = ['--scenario', 'crash', '--trace'];
    const options = { command: 'scenario', scenario: 'crash', trace: true, datagrams: false };
    expect(parseOptions(words)).toEqual(options);
    expect(() => parseOptions(['--scenario', '--trace'])).toThrow(/needs the name/);
  });
});

describe('directed scenarios', () => {
  test.each(readScenarios())(
    '$name',
    ({ commands, expected }) => {
      expect(play(commands)).toBe(expected);
    },
    60_000,
  );
});
