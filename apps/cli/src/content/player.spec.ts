/** What `--player` may say. */
import { describe, expect, test } from '@jest/globals';
import { startPlayer } from './player.js';

describe('startPlayer', () => {
  test.each(['', ' ', '\t\n'])(
    '%j names no program: refused, nothing else is started',
    async (command) => {
      await expect(startPlayer(command, 'http://127.0.0.1/film')).rejects.toMatchObject({
        code: 'E_BAD_REQUEST',
        sentence: '--player names no program.',
      });
    },
  );

  test('a program with words of its own, and how it ended', async () => {
    const player = await startPlayer('  sh   -c  exit ', 'http://127.0.0.1/film');
    expect(player.isWaitedFor).toBe(true);
    await expect(player.ended).resolves.toBe(0);
  });

  test('a directory is not a program', async () => {
    await expect(startPlayer('/tmp', 'http://127.0.0.1/film')).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
  });
});
