import RFB from '@novnc/novnc';
import type { ShowConsole } from './console-view.ts';

// Keysyms of the X Window System (X11/keysymdef.h), which RFB speaks.
const RETURN = 0xff_0d;
const TAB = 0xff_09;
const SHIFT = 0xff_e1;
const UNICODE = 0x01_00_00_00;
/** Typed text comes this far apart: a guest's keyboard keeps few keys waiting. */
const BETWEEN_KEYS_MS = 15;

/** The guest's screen, by noVNC. */
export const show: ShowConsole = (frame, socket, label) => {
  const rfb = new RFB(frame, socket, { shared: true });
  let isOver = false;
  rfb.addEventListener('disconnect', () => (isOver = true));
  rfb.scaleViewport = true;
  rfb.background = 'transparent';
  const canvas = frame.querySelector('canvas');
  canvas?.setAttribute('aria-label', label);
  canvas?.setAttribute('role', 'application'); // every key is the guest's
  canvas?.setAttribute('tabindex', '0');
  return {
    focus: () => rfb.focus(),
    sendCtrlAltDel: () => rfb.sendCtrlAltDel(),
    type: async (text) => {
      for (const letter of text.replaceAll('\r\n', '\n')) {
        if (isOver) return;
        typeLetter(rfb, letter);
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_KEYS_MS));
      }
    },
    letGo: () => window.dispatchEvent(new Event('blur')), // noVNC lets go of all keys then
    close: () => {
      if (!isOver) rfb.disconnect();
    },
  };
};

/** Servers know keys and not letters: what an American keyboard has above a key comes with shift. */
function typeLetter(rfb: RFB, letter: string): void {
  const needsShift = /[A-Z~!@#$%^&*()_+{}|:"<>?]/.test(letter);
  if (needsShift) rfb.sendKey(SHIFT, 'ShiftLeft', true);
  rfb.sendKey(keysymOf(letter), null);
  if (needsShift) rfb.sendKey(SHIFT, 'ShiftLeft', false);
}

function keysymOf(letter: string): number {
  if (letter === '\n' || letter === '\r') return RETURN;
  if (letter === '\t') return TAB;
  const code = letter.codePointAt(0) ?? 0;
  return code < 0x1_00 ? code : UNICODE + code;
}
