export type RefusalReason = 'wrong-or-locked' | 'disabled' | 'expired' | 'must-change' | 'unreachable';

// What Active Directory says only to who gave the right password ("data 533" in its message; winerror.h in hex).
// 775, locked out, it says to anybody, so that is no reason that we pass on; 52e is a wrong name or password.
const ACTIVE_DIRECTORY: Record<string, RefusalReason> = {
  '530': 'disabled', // not at this hour
  '531': 'disabled', // not from this machine
  '532': 'expired', // the password
  '533': 'disabled',
  '701': 'expired', // the account
  '773': 'must-change',
};

// Errors of the password policy control (draft-behera-ldap-password-policy). Locked (1) is said to anybody.
const POLICY: Record<number, RefusalReason> = { 0: 'expired', 2: 'must-change' };

/** Undefined: nothing speaks against it. */
export function whyRefused({
  policyError,
  message = '',
  isBound,
}: {
  policyError: number | undefined;
  message?: string;
  isBound: boolean;
}): RefusalReason | undefined {
  const byPolicy = policyError === undefined ? undefined : POLICY[policyError];
  if (isBound) return byPolicy === 'must-change' ? byPolicy : undefined;
  const [, data = ''] = /, data ([0-9a-f]+)/.exec(message) ?? [];
  return byPolicy ?? ACTIVE_DIRECTORY[data] ?? 'wrong-or-locked';
}
