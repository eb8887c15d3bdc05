/** What is used here of noVNC 1.7, as its docs/API.md says; the package has no types of its own. */
declare module '@novnc/novnc' {
  export default class RFB extends EventTarget {
    constructor(target: HTMLElement, channel: WebSocket, options?: { shared?: boolean });
    /** The remote screen is made smaller or larger to fit. */
    scaleViewport: boolean;
    background: string;
    disconnect(): void;
    focus(): void;
    sendCtrlAltDel(): void;
    /** Left out `isDown`: pressed and let go. */
    sendKey(keysym: number, code: string | null, isDown?: boolean): void;
  }
}
