import { z } from 'zod';

/** A name that is also a host name: one label of RFC 1123. */
export const hostNameSchema = z
  .string()
  .trim()
  .regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'Up to 63 lower case letters, digits and dashes, beginning with a letter');

/** A name for people: anything that prints. */
export const displayNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(255)
  .regex(/^[^\p{Cc}]*$/u, 'No control characters');

/** What a placement may ask for: hosts, pools and offerings carry them. */
export const placementTagsSchema = z.array(z.string().trim().min(1).max(64)).max(50);
