import { NephosError } from '../error.ts';

/** A line from the terminal that isn't shown. Throws BAD_INPUT when there is no terminal. */
export async function askPassword(question: string): Promise<string> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) throw new NephosError('BAD_INPUT', 'There is no terminal to ask for the password at: give --password-stdin.');
  stderr.write(question);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  let typed = '';
  try {
    for await (const chunk of stdin) {
      for (const character of String(chunk)) {
        if (character === '\r' || character === '\n') return typed;
        if (character === '\u0003') throw new NephosError('ABORTED', 'Given up.');
        typed = character === '\u007F' ? typed.slice(0, -1) : typed + character;
      }
    }
    return typed;
  } finally {
    stdin.setRawMode(false);
    stderr.write('\n');
  }
}

/** Everything that comes on stdin, without the newline at its end. */
export async function readPassword(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return text.replace(/\r?\n$/, '');
}
