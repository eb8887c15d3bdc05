import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { ShowConsole } from './console-view.ts';

const KEPT_LINES = 5_000;
/** Dark whatever the page is, as screens of guests are. */
const THEME = { background: '#0b0f14', foreground: '#e7ecf2', cursor: '#6db3f2', selectionBackground: '#2f4d6b' };

/** The guest's serial line, by xterm.js. What it said stays to be read when it is over. */
export const show: ShowConsole = (frame, socket, label) => {
  const terminal = new Terminal({ cursorBlink: true, fontFamily: 'ui-monospace, monospace', fontSize: 13, scrollback: KEPT_LINES, theme: THEME });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(frame);
  terminal.textarea?.setAttribute('aria-label', label);
  const observer = new ResizeObserver(() => fit.fit());
  observer.observe(frame);
  const send = (bytes: Uint8Array<ArrayBuffer>) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(bytes);
  };
  terminal.onData((text) => send(new TextEncoder().encode(text)));
  terminal.onBinary((text) => send(Uint8Array.from(text, (letter) => letter.charCodeAt(0))));
  socket.addEventListener('message', ({ data }: MessageEvent<ArrayBuffer>) => terminal.write(new Uint8Array(data)));
  return {
    focus: () => terminal.focus(),
    type: async (text) => terminal.paste(text),
    close: () => {
      observer.disconnect();
      terminal.dispose();
      socket.close();
    },
  };
};
