import { EventEmitter } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import type { ConsoleKind } from '@nephos/model/console';
import { encodePng, type Picture } from '../image/png.ts';
import { createSerialLines } from '../serial-lines.ts';
import { serveRfb } from './rfb-server.ts';
import { drawText } from './simulated-screen.ts';

interface Guest {
  id: string;
  name: string;
}

/** Consoles of guests that don't run: a screen that shows their name and what is typed, and a serial line that lets anybody sign in and echoes. */
export interface SimulatedConsoles {
  open(guest: Guest, kind: ConsoleKind): Promise<Duplex>;
  takeScreenshot(guest: Guest): Uint8Array;
  /** The guest stopped: its consoles end. */
  end(instanceId: string): void;
}

const ENTER = 0xff_0d;
const BACKSPACE = 0xff_08;

export function createSimulatedConsoles(): SimulatedConsoles {
  const screens = new Map<string, Screen>();
  const ends = new Map<string, Set<Duplex>>();
  const names = new Map<string, string>();
  const lines = createSerialLines(async (instanceId) => {
    const [guest, far] = cable(instanceId);
    void talk(guest, names.get(instanceId) ?? '').catch(() => undefined); // it was ended
    return far;
  });

  /** A stream that ends with the guest. */
  function cable(instanceId: string): [near: Duplex, far: Duplex] {
    const [near, far] = duplexPair({ allowHalfOpen: false });
    const those = ends.get(instanceId) ?? new Set();
    ends.set(instanceId, those.add(near));
    near.on('error', () => undefined).once('close', () => those.delete(near));
    far.once('close', () => near.destroy());
    return [near, far];
  }
  function screenOf({ id, name }: Guest): Screen {
    const screen = screens.get(id) ?? createScreen(name);
    screens.set(id, screen);
    return screen;
  }

  return {
    open: async (guest, kind) => {
      names.set(guest.id, guest.name);
      if (kind === 'serial') return lines.open(guest.id);
      const [near, far] = cable(guest.id);
      void serveRfb(near, screenOf(guest)).catch(() => near.destroy());
      return far;
    },
    takeScreenshot: (guest) => encodePng(screenOf(guest).picture()),
    end: (instanceId) => {
      for (const near of ends.get(instanceId) ?? []) near.end();
      for (const all of [screens, ends, names]) all.delete(instanceId);
    },
  };
}

type Screen = ReturnType<typeof createScreen>;

function createScreen(name: string) {
  const changes = new EventEmitter().setMaxListeners(0);
  let typed: string[] = [''];
  return {
    name,
    picture: (): Picture => drawText(['Simulated guest', name, 'running', '', ...typed.map((line) => `> ${line}`)]),
    onKey: (keysym: number) => {
      const last = typed.pop() ?? '';
      if (keysym === ENTER) typed.push(last, '');
      else if (keysym === BACKSPACE) typed.push(last.slice(0, -1));
      else typed.push(keysym >= 0x20 && keysym < 0x7f ? last + String.fromCharCode(keysym) : last);
      typed = typed.slice(-20);
      changes.emit('change');
    },
    onChange: (changed: () => void) => {
      changes.on('change', changed);
      return () => void changes.off('change', changed);
    },
  };
}

/** What a guest says on its serial line: anybody may sign in, and each line is said back. */
async function talk(line: Duplex, name: string): Promise<void> {
  const say = (text: string) => void line.write(text.replaceAll('\n', '\r\n'));
  let user = '';
  let typed = '';
  say(`\n${name} login: `);
  for await (const chunk of line) {
    for (const letter of String(chunk)) {
      if (letter === '\u007f' || letter === '\b') {
        if (typed) say('\b \b');
        typed = typed.slice(0, -1);
      } else if (letter !== '\r' && letter !== '\n') {
        typed = (typed + letter).slice(-200);
        say(letter);
      } else {
        say('\n');
        if (!user) user = typed;
        else if (typed === 'exit') user = '';
        else if (typed) say(`${typed}\n`);
        say(user ? `${user}@${name}:~$ ` : `\n${name} login: `);
        typed = '';
      }
    }
  }
}
