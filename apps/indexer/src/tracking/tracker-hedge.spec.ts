/** Asking two for one answer. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Failure } from '@iwanto/wire';
import { hedge, patiently } from './tracker-hedge.js';

const never = () => new Promise<string>(() => undefined);
const after = (ms: number, answer: string) => () =>
  new Promise<string>((done) => setTimeout(() => done(answer), ms));
const failing = (code: Failure['code']) => () => Promise.reject(new Failure(code, code));

describe('hedge', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('does not ask the second when the first is quick', async () => {
    const second = jest.fn(never);
    expect(await hedge(async () => 'first', second, 150)).toBe('first');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(second).not.toHaveBeenCalled();
  });

  test('takes the second when the first is slow, and the first when it is still quicker', async () => {
    const slow = hedge(never, async () => 'second', 150);
    await jest.advanceTimersByTimeAsync(150);
    expect(await slow).toBe('second');
    const both = hedge(after(200, 'first'), after(100, 'second'), 150);
    await jest.advanceTimersByTimeAsync(300);
    expect(await both).toBe('first');
  });

  test('asks the second at once when the first cannot be reached', async () => {
    expect(await hedge(failing('E_NOT_RUNNING'), async () => 'second', 150)).toBe('second');
    expect(await hedge(failing('E_NOT_LEADER'), async () => 'second', 150)).toBe('second');
  });

  test('takes a refusal of the first that answers the question', async () => {
    const second = jest.fn(async () => 'second');
    await expect(hedge(failing('E_NOT_FOUND'), second, 150)).rejects.toMatchObject({
      code: 'E_NOT_FOUND',
    });
    expect(second).not.toHaveBeenCalled();
  });

  test('does not take the refusal of the second while the first may answer', async () => {
    const asked = hedge(after(400, 'first'), failing('E_NOT_FOUND'), 150);
    await jest.advanceTimersByTimeAsync(400);
    expect(await asked).toBe('first');
  });

  test('asks the first once more when only the second answered, and found nothing', async () => {
    const first = jest.fn(async () => 'first').mockImplementationOnce(failing('E_NOT_LEADER'));
    const asked = hedge(first, failing('E_NOT_FOUND'), 150);
    await jest.advanceTimersByTimeAsync(250);
    expect(await asked).toBe('first');
    const nobody = hedge(failing('E_NOT_LEADER'), failing('E_NOT_FOUND'), 150);
    const refusal = expect(nobody).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    await jest.advanceTimersByTimeAsync(250);
    await refusal;
  });

  test('fails with the last failure when both fail, or the only one', async () => {
    const both = hedge(failing('E_NOT_RUNNING'), failing('E_NOT_LEADER'), 150);
    await expect(both).rejects.toMatchObject({ code: 'E_NOT_LEADER' });
    const only = hedge(failing('E_TIMEOUT'), undefined, 150);
    await expect(only).rejects.toMatchObject({ code: 'E_TIMEOUT' });
  });
});

describe('patiently', () => {
  test('HOSTILE 175: asks once more where a tracker was slow or asked too much', async () => {
    for (const code of ['E_TIMEOUT', 'E_LIMIT'] as const) {
      const ask = jest.fn(async () => 'answer').mockImplementationOnce(failing(code));
      expect(await patiently(ask)).toBe('answer');
    }
    await expect(patiently(failing('E_TIMEOUT'))).rejects.toMatchObject({ code: 'E_TIMEOUT' });
  });

  test('leaves every other refusal as it is', async () => {
    const ask = jest.fn(failing('E_NOT_FOUND'));
    await expect(patiently(ask)).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
    expect(ask).toHaveBeenCalledTimes(1);
  });
});
