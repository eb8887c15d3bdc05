/** Every failure our own code raises on purpose. `code` is stable and public; `message` is for people. */
export const ERROR_CODES = {
  BAD_INPUT: { http: 400, retry: false },
  UNAUTHENTICATED: { http: 401, retry: false },
  FORBIDDEN: { http: 403, retry: false },
  NOT_FOUND: { http: 404, retry: false },
  CONFLICT: { http: 409, retry: false },
  NAME_TAKEN: { http: 409, retry: false },
  INVALID_STATE: { http: 409, retry: false },
  IN_USE: { http: 409, retry: false },
  CANCEL_REFUSED: { http: 409, retry: false },
  LIMIT_EXCEEDED: { http: 403, retry: false },
  CAPACITY: { http: 507, retry: false },
  IMAGE_REFUSED: { http: 422, retry: false },
  CHECKSUM_MISMATCH: { http: 422, retry: false },
  TOO_MANY_REQUESTS: { http: 429, retry: true },
  DIRECTORY_UNREACHABLE: { http: 503, retry: true },
  HOST_UNREACHABLE: { http: 503, retry: true },
  OUTCOME_UNKNOWN: { http: 503, retry: true },
  STALE_GENERATION: { http: 409, retry: false },
  HYPERVISOR_FAILED: { http: 502, retry: true },
  NETWORK_FAILED: { http: 502, retry: true },
  AGENT_TOO_OLD: { http: 409, retry: false },
  AGENT_TOO_NEW: { http: 409, retry: false },
  UNSUPPORTED: { http: 501, retry: false },
  CANCELLED: { http: 409, retry: false },
  UNEXPECTED: { http: 500, retry: false },
} as const satisfies Record<string, { http: number; retry: boolean }>;
export type ErrorCode = keyof typeof ERROR_CODES;

export type ErrorDetails = Record<string, string | number | boolean | readonly string[]>;

export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }

  get isRetryable(): boolean {
    return ERROR_CODES[this.code].retry;
  }
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERROR_CODES, code);
}
