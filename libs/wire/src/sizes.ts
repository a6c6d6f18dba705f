/** Kinds, sizes and revisions: what every description of a content has. */
import { z } from 'zod';

export const kindSchema = z.enum(['file', 'directory']);
export type Kind = z.infer<typeof kindSchema>;

export const sizeSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
export const revisionSchema = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
