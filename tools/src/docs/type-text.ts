/** A schema in one line, in the style of a TypeScript type. */
import { z } from 'zod';

type JsonSchema = z.core.JSONSchema.JSONSchema;

/** Fields up to this many are written out; all schemas of the contract are smaller. */
const DEPTH_MAX = 6;

/** What a schema takes, such as `{ hash: string, to?: string }`: the written form, before any transformation. */
export function typeText(schema: z.ZodType): string {
  return textOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), DEPTH_MAX);
}

function textOf(schema: JsonSchema | boolean | undefined, depth: number): string {
  if (schema === undefined || typeof schema === 'boolean' || depth < 0) return 'any';
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return variants.map((one) => textOf(one, depth - 1)).join(' | ');
  if (schema.type === 'object') return objectText(schema, depth);
  if (schema.type === 'array') return arrayText(schema, depth);
  // JSON cannot carry bytes; nothing else of the kind is in the contract.
  if (schema.type === undefined) return 'bytes';
  return String(schema.type);
}

function arrayText({ items }: JsonSchema, depth: number): string {
  const item = textOf(Array.isArray(items) ? items[0] : items, depth - 1);
  return /[ |{]/.test(item) && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
}

function objectText({ properties = {}, required = [] }: JsonSchema, depth: number): string {
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.includes(name) ? '' : '?'}: ${textOf(field, depth - 1)}`,
  );
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}
