/** Presents a story step by step, each with its time, and stops at the first step that fails. */
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

const plain = Boolean(process.env['NO_COLOR']) || !process.stdout.isTTY;
const styled = (style: Style, text: string) => (plain ? text : styleText(style, text));

export class Stage {
  readonly #startedMs = performance.now();

  /** Runs one step; its title is printed before, its time after. */
  async step<T>(title: string, act: () => Promise<T>): Promise<T> {
    console.log(`\n${styled('bold', `• ${title}`)}`);
    const startedMs = performance.now();
    try {
      const result = await act();
      console.log(`  ${styled('green', '✔')} ${seconds(performance.now() - startedMs)}`);
      return result;
    } catch (cause) {
      console.log(`  ${styled('red', '✘')} ${seconds(performance.now() - startedMs)}`);
      throw cause;
    }
  }

  tell(line: string): void {
    console.log(`  ${line}`);
  }

  /** Seconds since the story began. */
  elapsed(): string {
    return seconds(performance.now() - this.#startedMs);
  }
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(2)} s`;
