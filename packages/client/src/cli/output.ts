/** Data goes to stdout and nothing else does, so that it can be piped; everything said to a person goes to stderr. */
export function printJson(data: unknown): void {
  process.stdout.write(`${JSON.stringify(data, null, 2)}\n`);
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

type Cell = string | number | boolean | null | undefined;
/** Heading and what stands under it. */
export type Columns<T> = Record<string, (row: T) => Cell>;

export function printTable<T>(rows: readonly T[], columns: Columns<T>): void {
  const lines = [Object.keys(columns), ...rows.map((row) => Object.values(columns).map((cell) => textOf(cell(row))))];
  const widths = Object.keys(columns).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  for (const line of lines)
    process.stdout.write(
      `${line
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd()}\n`,
    );
}

/** What was looked at and how it is, with what helps under it. */
export function printFindings(findings: readonly { check: string; state: string; what: string; help: string | null }[]): void {
  const width = Math.max(...findings.map(({ check }) => check.length));
  for (const { check, state, what, help } of findings) {
    process.stdout.write(`${state.padEnd('problem'.length)}  ${check.padEnd(width)}  ${textOf(what)}\n`);
    if (help) process.stdout.write(`${' '.repeat('problem'.length + width + 4)}${textOf(help)}\n`);
  }
}

/** One thing, a line for each field. */
export function printFields(fields: Record<string, Cell>): void {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  for (const [name, value] of Object.entries(fields)) process.stdout.write(`${`${name}:`.padEnd(width + 2)}${textOf(value)}\n`);
}

/** Names come from other people: a terminal must not take them for commands. */
function textOf(cell: Cell): string {
  return cell === null || cell === undefined || cell === '' ? '-' : String(cell).replaceAll(/\p{Cc}/gu, '?');
}

/** Steps as they come: a line that is rewritten on a terminal, plain lines elsewhere. */
export function createProgress(): { show(text: string): void; end(): void } {
  if (!process.stderr.isTTY) return { show: say, end: () => undefined };
  return {
    show: (text) => void process.stderr.write(`\r\u001B[K${text.slice(0, (process.stderr.columns ?? 80) - 1)}`),
    end: () => void process.stderr.write('\r\u001B[K'),
  };
}
