import { describe, expect, test } from '@jest/globals';
import { UPLOAD_SLOTS_MAX, UploadSlots } from './upload-slots.js';

describe('UploadSlots', () => {
  test('serves sixteen peers at once; a quiet one makes room', () => {
    let nowMs = 0;
    const slots = new UploadSlots(() => nowMs);
    for (let at = 0; at < UPLOAD_SLOTS_MAX; at += 1) expect(slots.take(`peer${at}`)).toBe(true);
    expect(slots.take('late')).toBe(false);
    expect(slots.take('peer0')).toBe(true);
    nowMs = 3_001;
    expect(slots.take('late')).toBe(true);
  });
});
