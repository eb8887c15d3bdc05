import { CONSOLE_KINDS } from '@nephos/model/console';
import { z } from 'zod';
import { timeSchema } from './list.schema.ts';

export const consoleKindSchema = z.enum(CONSOLE_KINDS);

export const openConsoleSchema = z.object({ instanceId: z.uuid(), kind: consoleKindSchema });
/** Opens the console once, until `expiresAt`: it is the first message of a WebSocket to `/console`. */
export const consoleTicketDto = z.object({ token: z.string(), expiresAt: timeSchema });

export const screenshotDto = z.object({
  /** Base64 (RFC 4648) of a PNG. */
  png: z.string().meta({ contentEncoding: 'base64', contentMediaType: 'image/png' }),
  takenAt: timeSchema,
});
