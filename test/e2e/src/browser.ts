/** Headless Chromium inside a host of a test LAN, driven over two pipes (Chrome DevTools Protocol). */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { within } from '@iwanto/peer';
import type { LanHost } from '@iwanto/peer/lan';

const ANSWER_LIMIT_MS = 20_000;

interface Message {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

export class Browser {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  #last = 0;
  #session: string | undefined;

  /** `names`: host names that mean addresses here, as `evil.example 127.0.0.1`. */
  constructor(host: LanHost, profile: string, names: readonly string[] = []) {
    const words = [
      ...['--headless=new', '--no-sandbox', '--disable-gpu', '--no-first-run', '--mute-audio'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...['--autoplay-policy=no-user-gesture-required', '--remote-debugging-pipe'],
      `--host-resolver-rules=${names.map((name) => `MAP ${name}`).join(',')}`,
      ...[`--user-data-dir=${profile}`, 'about:blank'],
    ];
    const stdio = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;
    this.#child = host.spawn('chromium', words, {
      stdio: [...stdio],
      env: { ...process.env, HOME: profile },
    });
    let text = '';
    (this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (part: string) => {
      const messages = (text + part).split('\0');
      text = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Message);
    });
  }

  /** Opens an address in a new page, in which everything is evaluated from then on. */
  async open(address: string): Promise<void> {
    this.#session = undefined;
    const { targetId } = await this.#ask('Target.createTarget', { url: 'about:blank' });
    const { sessionId } = await this.#ask('Target.attachToTarget', { targetId, flatten: true });
    this.#session = sessionId as string;
    await this.#ask('Page.navigate', { url: address });
  }

  /** The value of an expression, awaited if it is a promise. */
  async evaluate(expression: string): Promise<unknown> {
    const question = { expression, awaitPromise: true, returnByValue: true };
    const { result, exceptionDetails } = await this.#ask('Runtime.evaluate', question);
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #take(message: Message): void {
    const settle = message.id === undefined ? undefined : this.#waiting.get(message.id);
    if (message.id !== undefined) this.#waiting.delete(message.id);
    settle?.(message);
  }

  async #ask(method: string, params: object): Promise<Record<string, unknown>> {
    this.#last += 1;
    const id = this.#last;
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    const answer = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    (this.#child.stdio[3] as Writable).write(
      `${JSON.stringify({ id, method, params, ...session })}\0`,
    );
    const { result, error } = await within(ANSWER_LIMIT_MS, method, answer);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }
}
