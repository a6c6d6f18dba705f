/**
 * zod for the bundled programs: a schema is built when it is first used. The contract has some five hundred of
 * them, of 20 to 90 µs each, and a command asks three questions. The same names and the same schemas as `zod`,
 * except for who asks a schema to describe itself (`toJSONSchema`), which no program does.
 */
import * as zod from 'zod';

export * from 'zod';

// What comes as msgpack or JSON never contains itself: no schema need look for that.
zod.config({
  memoizer: { attach: () => undefined, guard: () => undefined, alloc: (_, __, value) => value },
});

type Make = () => object;

/** How to build each schema that has not been used yet. */
const makers = new WeakMap<object, Make>();

/** Methods that return another schema, which can be lazy as well; any other property needs the schema itself. */
const GIVE_SCHEMA = new Set<PropertyKey>([
  ...['min', 'max', 'int', 'regex', 'length', 'trim', 'positive', 'startsWith'],
  ...['optional', 'nullable', 'default', 'extend', 'omit', 'pick', 'partial'],
  ...['refine', 'transform', 'pipe'],
]);

/** The stand-in becomes the schema: nothing of this remains to slow its next use. */
function build(standIn: object): void {
  const make = makers.get(standIn);
  if (!make) return;
  makers.delete(standIn);
  const schema = make();
  Object.setPrototypeOf(standIn, Object.getPrototypeOf(schema) as object);
  Object.defineProperties(standIn, Object.getOwnPropertyDescriptors(schema));
}

/** The prototype of every stand-in: accessing a property uses the schema. */
const notBuilt = new Proxy(Object.prototype, {
  get: (_, name, standIn: object) => {
    const method = (...words: unknown[]) =>
      later(() => {
        build(standIn);
        return (Reflect.get(standIn, name) as Build).apply(standIn, words);
      });
    if (GIVE_SCHEMA.has(name)) return method;
    build(standIn);
    return Reflect.get(standIn, name) as unknown;
  },
  has: (_, name) => name === '_zod' || name in Object.prototype,
});

function later(make: Make): object {
  const standIn = Object.create(notBuilt) as object;
  makers.set(standIn, make);
  return standIn;
}

type Build = (...words: unknown[]) => object;

const lazily = <F>(make: F): F =>
  ((...words: unknown[]) => later(() => (make as Build)(...words))) as F;

export const array = lazily(zod.array);
export const boolean = lazily(zod.boolean);
export const discriminatedUnion = lazily(zod.discriminatedUnion);
export const literal = lazily(zod.literal);
export const number = lazily(zod.number);
export const object = lazily(zod.object);
export const record = lazily(zod.record);
export const strictObject = lazily(zod.strictObject);
export const string = lazily(zod.string);
export const union = lazily(zod.union);
export const unknown = lazily(zod.unknown);
const lazyEnum = lazily(zod.enum);
export { lazyEnum as enum };
