/** What this host fetches or has fetched and therefore serves, besides what it shares. */
import type { FileHash } from '@iwanto/wire';
import type { HeldAs, HeldContent } from './held-content.js';

/** A content that nobody has asked for this long is released until somebody does, in ms: its plan takes memory. */
export const IDLE_MS = 60_000;

/** One line of what is announced to the tracker. */
export interface HoldingLine extends HeldAs {
  readonly isPartial: boolean;
}

interface Held {
  readonly line: HoldingLine;
  /** Determines what it consists of; undefined if it no longer exists. */
  readonly load: (() => Promise<HeldContent | undefined>) | undefined;
  content: Promise<HeldContent | undefined> | undefined;
  parts: FileHash[];
  usedMs: number;
}

export interface HoldingsOptions {
  readonly nowMs: () => number;
  /** What has to be announced to the tracker has changed. */
  readonly onChange: () => void;
}

export class Holdings {
  readonly #held = new Map<FileHash, Held>();
  readonly #rootOfPart = new Map<FileHash, FileHash>();

  constructor(private readonly options: HoldingsOptions) {}

  /** From now on others may ask for the pieces of an unfinished content. */
  addPartial(content: HeldContent): void {
    this.#put({ ...content.as, isPartial: true }, undefined, content);
  }

  /** A complete content; what it consists of is determined when somebody asks, and forgotten after a while. */
  addWhole(as: HeldAs, load: () => Promise<HeldContent | undefined>): void {
    this.#put({ ...as, isPartial: false }, load, undefined);
  }

  remove(root: FileHash): void {
    const held = this.#held.get(root);
    if (!held) return;
    this.#held.delete(root);
    this.#forgetParts(held);
    this.options.onChange();
  }

  /** Stops offering a content that was never completed. */
  removePartial(root: FileHash): void {
    if (this.#held.get(root)?.line.isPartial) this.remove(root);
  }

  /** The content that this root names, or that has a directory or a file of this root. */
  async find(root: FileHash): Promise<HeldContent | undefined> {
    const held = this.#held.get(root) ?? this.#held.get(this.#rootOfPart.get(root) ?? root);
    if (!held) return undefined;
    held.usedMs = this.options.nowMs();
    held.content ??= this.#load(held);
    return held.content;
  }

  lines(): HoldingLine[] {
    return [...this.#held.values()].map(({ line }) => line);
  }

  /** To be called periodically. */
  forgetIdle(): void {
    const beforeMs = this.options.nowMs() - IDLE_MS;
    for (const held of this.#held.values()) {
      if (!held.load || !held.content || held.usedMs > beforeMs) continue;
      held.content = undefined;
      this.#forgetParts(held);
    }
  }

  #put(line: HoldingLine, load: Held['load'], content: HeldContent | undefined): void {
    const before = this.#held.get(line.root);
    if (before) this.#forgetParts(before);
    const held: Held = {
      ...{ line, load, parts: [], usedMs: this.options.nowMs() },
      content: content && Promise.resolve(content),
    };
    if (content) this.#nameParts(held, content);
    this.#held.set(line.root, held);
    this.options.onChange();
  }

  async #load(held: Held): Promise<HeldContent | undefined> {
    const content = await held.load?.();
    if (content) this.#nameParts(held, content);
    else this.remove(held.line.root);
    return content;
  }

  #nameParts(held: Held, content: HeldContent): void {
    held.parts = [...content.roots()];
    for (const part of held.parts) this.#rootOfPart.set(part, held.line.root);
  }

  #forgetParts(held: Held): void {
    for (const part of held.parts.splice(0)) {
      if (this.#rootOfPart.get(part) === held.line.root) this.#rootOfPart.delete(part);
    }
  }
}
