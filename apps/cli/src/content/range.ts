/** Ranges of bytes as HTTP writes them (RFC 9110, 14.1.2): `5-9`, `5-`, and `-5` for the last five. */

/** From the first byte to before `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const RANGE = /^(\d{0,16})-(\d{0,16})$/;

/** `malformed` for what is not one range, `outside` for one that has no byte of the content. */
export function rangeIn(text: string, size: number): ByteRange | 'malformed' | 'outside' {
  const [, first = '', last = ''] = RANGE.exec(text) ?? [];
  if (first === '' && last === '') return 'malformed';
  if (first === '') {
    const from = Math.max(0, size - Number(last));
    return from < size ? { from, to: size } : 'outside';
  }
  const from = Number(first);
  const to = last === '' ? size : Math.min(size, Number(last) + 1);
  if (last !== '' && Number(last) < from) return 'malformed';
  return from < size ? { from, to } : 'outside';
}
