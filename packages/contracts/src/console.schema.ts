import { z } from 'zod';
import { timeSchema } from './list.schema.ts';

/** The picture of a guest's screen (RFB, RFC 6143), or its serial line. */
export const CONSOLE_KINDS = ['screen', 'serial'] as const;
export const consoleKindSchema = z.enum(CONSOLE_KINDS);
export type ConsoleKind = z.output<typeof consoleKindSchema>;

export const openConsoleSchema = z.object({ instanceId: z.uuid(), kind: consoleKindSchema });
/** Opens the console once, until `expiresAt`: it is the first message of a WebSocket to `/console`. */
export const consoleTicketDto = z.object({ token: z.string(), expiresAt: timeSchema });

export const screenshotDto = z.object({
  /** Base64 (RFC 4648) of a PNG. */
  png: z.string().meta({ contentEncoding: 'base64', contentMediaType: 'image/png' }),
  takenAt: timeSchema,
});

/** How a console's WebSocket was closed by the cloud (RFC 6455, 7.4.2: 4000 and above are the application's own). */
export const CONSOLE_CLOSED = {
  /** What was asked was not granted; the message before says why. */
  refused: 4400,
  /** The session or API key that opened it is over, or may do it no more. */
  signedOut: 4401,
  /** The guest's end is gone: it stopped or moved, or its host is away. */
  ended: 4410,
} as const;
