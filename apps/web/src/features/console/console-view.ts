/** A console on the page, and what a person can do with it. */
export interface ConsoleView {
  focus(): void;
  /** As if it were typed. */
  type(text: string): Promise<void>;
  sendCtrlAltDel?(): void;
  /** Leaves the keyboard to the page: no key stays pressed in the guest. */
  letGo?(): void;
  close(): void;
}

/** Shows what comes over the socket in the frame. `label` names it for screen readers. */
export type ShowConsole = (frame: HTMLElement, socket: WebSocket, label: string) => ConsoleView;
