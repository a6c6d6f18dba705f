/** How each kind of field is encoded; a record of fields both writes and reads, so the two cannot disagree. */
import type { FieldReader, FieldWriter } from './datagram-bytes.js';
import { AGE_MS_MAX } from './election-messages.js';
import { isHostAddress } from './ip-address.js';

export interface Field<T> {
  write(to: FieldWriter, value: T): void;
  read(from: FieldReader): T;
}

const field = <T>(write: Field<T>['write'], read: Field<T>['read']): Field<T> => ({ write, read });

export const u8 = field<number>(
  (to, value) => to.u8(value),
  (from) => from.u8(),
);
export const u16 = field<number>(
  (to, value) => to.u16(value),
  (from) => from.u16(),
);
export const u48 = field<number>(
  (to, value) => to.u48(value),
  (from) => from.u48(),
);

/** Milliseconds of age in 16 bits; anything older is sent as the maximum. */
export const age = field<number>(
  (to, value) => to.u16(Math.min(Math.max(0, Math.round(value)), AGE_MS_MAX)),
  (from) => from.u16(),
);

/** One byte, 0 or 1. */
export const flag = field<boolean>(
  (to, value) => to.u8(value ? 1 : 0),
  (from) => {
    const byte = from.u8();
    if (byte > 1) from.fail();
    return byte === 1;
  },
);

/** `length` bytes, written as hex in the program. */
export const hexField = <T extends string>(length: number): Field<T> =>
  field<T>(
    (to, value) => to.hex(value, length),
    (from) => from.hex(length) as T,
  );

export const rawField = (length: number): Field<Uint8Array> =>
  field<Uint8Array>(
    (to, value) => to.raw(value, length),
    (from) => from.raw(length),
  );

/** One byte of length, then UTF-8. */
export const textField = (bytesMax: number): Field<string> =>
  field<string>(
    (to, value) => to.text(value, bytesMax),
    (from) => from.text(bytesMax),
  );

/** A host that can be reached: no unspecified, multicast or broadcast address (HOSTILE 11). */
export const hostField = field<string>(
  (to, value) => to.address(value),
  (from) => {
    const text = from.address();
    if (!isHostAddress(text)) from.fail();
    return text;
  },
);

/** A port with a listener: not 0. */
export const openPort = field<number>(
  (to, value) => to.u16(value),
  (from) => {
    const port = from.u16();
    if (port === 0) from.fail();
    return port;
  },
);

/** One of a few words, as the byte that `codes` gives to it. */
export const wordField = <T extends string>(codes: Readonly<Record<T, number>>): Field<T> => {
  const words = Object.keys(codes) as T[];
  const first = words[0] as T;
  return field<T>(
    (to, value) => to.u8(codes[value]),
    (from) => {
      const code = from.u8();
      const word = words.find((each) => codes[each] === code);
      if (word === undefined) from.fail();
      return word ?? first;
    },
  );
};

/** One byte: 0 for null, 1 before a value. */
export const nullable = <T>(inner: Field<T>): Field<T | null> =>
  field<T | null>(
    (to, value) => {
      flag.write(to, value !== null);
      if (value !== null) inner.write(to, value);
    },
    (from) => (flag.read(from) ? inner.read(from) : null),
  );

/** One byte of count, then the entries, no two with the same key. */
export const list = <T>(
  inner: Field<T>,
  entriesMax: number,
  keyOf: (entry: T) => string,
): Field<readonly T[]> =>
  field<readonly T[]>(
    (to, value) => {
      to.count(value.length, entriesMax);
      for (const entry of value) inner.write(to, entry);
    },
    (from) => {
      const count = from.u8();
      if (count > entriesMax) from.fail();
      const entries: T[] = [];
      while (from.sound && entries.length < count) entries.push(inner.read(from));
      if (new Set(entries.map(keyOf)).size !== entries.length) from.fail();
      return entries;
    },
  );

/** The fields one after the other, in the order given. */
export const record = <T extends object>(fields: {
  readonly [K in keyof T]-?: Field<T[K]>;
}): Field<T> => {
  const each = Object.entries(fields) as [keyof T & string, Field<unknown>][];
  return field<T>(
    (to, value) => {
      for (const [name, one] of each) one.write(to, value[name]);
    },
    (from) => {
      const value: Partial<Record<keyof T, unknown>> = {};
      for (const [name, one] of each) value[name] = one.read(from);
      return value as T;
    },
  );
};
