/** Lines at the bottom of a terminal that are drawn again in place, and survive a resize, Ctrl-Z and fg. */
import { readFileSync } from 'node:fs';
import { widthOf } from './width.js';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_TO_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
/** What the terminal itself writes behind the last line when a key is pressed: ^Z or ^C. */
const ECHO_COLUMNS = 2;
/** Without a width of its own, a terminal is taken for this wide. */
const COLUMNS_DEFAULT = 80;

/** What is needed of a terminal: standard error, or a test's. */
export interface Screen {
  readonly columns: number | undefined;
  write(text: string): unknown;
  on(event: 'resize', changed: () => void): unknown;
  off(event: 'resize', changed: () => void): unknown;
}

/** Draws what `render` gives; each line must be narrower than the columns it is given. */
export class LiveLines {
  #drawn: readonly string[] = [];
  readonly #onResize = () => this.draw();
  readonly #onStop = () => this.#stopped();
  readonly #onContinue = () => this.draw();

  constructor(
    private readonly screen: Screen,
    private readonly render: (columns: number) => readonly string[],
  ) {
    screen.on('resize', this.#onResize);
    process.on('SIGTSTP', this.#onStop);
    process.on('SIGCONT', this.#onContinue);
  }

  /** Puts the present lines in the place of the last ones; not while another program has the terminal. */
  draw(): void {
    if (!isInForeground()) return;
    const lines = this.render(this.#columns() - ECHO_COLUMNS);
    const text = lines.join(`${CLEAR_TO_LINE_END}\n`);
    this.screen.write(`${HIDE_CURSOR}${this.#toStart()}${text}${CLEAR_BELOW}`);
    this.#drawn = lines;
  }

  /** Writes a line that stays, above those that are drawn again. */
  above(line: string): void {
    this.screen.write(`${this.#toStart()}${CLEAR_BELOW}${line}\n`);
    this.#drawn = [];
    this.draw();
  }

  /** Leaves the last lines as they are, and the cursor on the line below. */
  end(): void {
    this.draw();
    this.screen.off('resize', this.#onResize);
    process.off('SIGTSTP', this.#onStop);
    process.off('SIGCONT', this.#onContinue);
    if (this.#drawn.length > 0) this.screen.write(`\n${SHOW_CURSOR}`);
  }

  #columns(): number {
    return this.screen.columns || COLUMNS_DEFAULT;
  }

  /** To the first column of the first line: a narrower terminal has broken lines into several rows. */
  #toStart(): string {
    const columns = this.#columns();
    const rows = this.#drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)),
      0,
    );
    return rows > 1 ? `\r\u001b[${rows - 1}A` : '\r';
  }

  /** Ctrl-Z: the shell gets a clean line and its cursor; SIGCONT draws again below what it printed. */
  #stopped(): void {
    this.screen.write(`${this.#toStart()}${CLEAR_BELOW}${SHOW_CURSOR}`);
    this.#drawn = [];
    process.kill(process.pid, 'SIGSTOP');
  }
}

/** Place of the process group, and of the terminal's, behind the name in /proc/self/stat (proc(5)). */
const GROUP_FIELD = 2;
const TERMINAL_GROUP_FIELD = 5;
/** What the kernel says if there is no terminal. */
const NO_TERMINAL = '-1';

/** False after `bg`: anything drawn then would appear in the middle of what the user types. */
function isInForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const terminalGroup = fields[TERMINAL_GROUP_FIELD];
    return terminalGroup === NO_TERMINAL || fields[GROUP_FIELD] === terminalGroup;
  } catch {
    // Systems without /proc: better drawn once too often than never.
    return true;
  }
}
