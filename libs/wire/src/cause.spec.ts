import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { codeOf, reasonOf, stackOf } from './cause.js';
import { Failure, asFailure } from './failure.js';

const thrownBy = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (cause) {
    return cause;
  }
};

describe('a cause', () => {
  test('of the system has its code and its message', () => {
    const cause = thrownBy(() => readFileSync('/nowhere'));
    expect(codeOf(cause)).toBe('ENOENT');
    expect(reasonOf(cause)).toContain('no such file');
  });

  test('that is a refusal has its code and its sentence', () => {
    const cause = new Failure('E_RANGE', 'There is no piece 7.');
    expect([codeOf(cause), reasonOf(cause)]).toEqual(['E_RANGE', 'There is no piece 7.']);
  });

  test('that is no error at all is written as text, without a code', () => {
    for (const cause of [undefined, null, 7, 'why']) {
      const text = `${cause}`;
      expect([codeOf(cause), reasonOf(cause), stackOf(cause)]).toEqual(['', text, text]);
    }
    expect(codeOf({ code: 7 })).toBe('');
  });

  test('says where it was thrown', () => {
    expect(stackOf(new TypeError('no such thing'))).toMatch(
      /^TypeError: no such thing\n.*cause\.spec/,
    );
  });

  test('is passed on as a refusal: its own, or that of something unexpected', () => {
    const own = new Failure('E_RANGE', 'There is no piece 7.');
    expect(asFailure(own)).toBe(own);
    expect(asFailure(new TypeError('no such thing'))).toMatchObject({
      ...{ code: 'E_UNEXPECTED', sentence: 'no such thing' },
    });
  });
});
