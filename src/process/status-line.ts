/** How often it is looked whether the line has changed, in milliseconds. */
const TICK = 250;

/** To the first column, and nothing from there on. */
const CLEAR = '\r\x1b[K';

/** What the line says for a terminal of so many columns; undefined: the terminal is not to be touched just now. */
export type Line = (columns: number) => string | undefined;

/** One line that stays at the bottom of a terminal, under all other text, drawn again when it changes. */
export class StatusLine {
  readonly #write: (text: string) => void;
  readonly #columns: () => number;
  #line: Line | undefined;
  /** As it stands on the terminal; '' when nothing does. */
  #drawn = '';
  /** The cursor stands behind other text: the line has no place. */
  #isTaken = false;
  #timer: NodeJS.Timeout | undefined;

  /** `columns`: how wide the terminal is now. */
  constructor(write: (text: string) => void, columns: () => number) {
    this.#write = write;
    this.#columns = columns;
  }

  /** Shows this line from now on; undefined: none. */
  show(line: Line | undefined): void {
    this.#line = line;
    if (line === undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#erase();
      return;
    }
    this.#timer ??= setInterval(() => this.#draw(), TICK).unref();
    this.#draw();
  }

  /** Other text, written by `print`, above the line. */
  above(text: string, print: (text: string) => void): void {
    if (this.#line !== undefined && !this.#isTaken) {
      // Not only when something is drawn: the terminal itself shows ^C there.
      this.#write(CLEAR);
      this.#drawn = '';
    }
    print(text);
    if (text !== '') this.#isTaken = !text.endsWith('\n');
    this.#draw();
  }

  #draw(): void {
    if (this.#isTaken) return;
    const text = this.#line?.(this.#columns());
    if (text === undefined || text === this.#drawn) return;
    this.#write(`${CLEAR}${text}`);
    this.#drawn = text;
  }

  #erase(): void {
    if (this.#drawn !== '') this.#write(CLEAR);
    this.#drawn = '';
  }
}
