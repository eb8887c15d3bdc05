/** The picture of a guest's screen (RFB, RFC 6143), or its serial line. */
export const CONSOLE_KINDS = ['screen', 'serial'] as const;
export type ConsoleKind = (typeof CONSOLE_KINDS)[number];

/** How a console's WebSocket is closed by the cloud (RFC 6455, 7.4.2: 4000 and above are an application's own). */
export const CONSOLE_CLOSED = {
  /** What was asked was not granted; the message before says why. */
  refused: 4400,
  /** The session or API key that opened it is over, or may do it no more. */
  signedOut: 4401,
  /** The guest's end is gone: it stopped or moved, or its host is away. */
  ended: 4410,
} as const;
