/** As it stands in the form. */
export const EMPTY_DEPLOY = {
  zoneId: '',
  name: '',
  templateId: '',
  computeOfferingId: '',
  networkId: '',
  sshKeyPairId: '',
  userData: '',
  count: '1',
  wantsPassword: false,
};
export type DeployFields = typeof EMPTY_DEPLOY;

/** As the API takes it: what was left empty is left out. */
export function toDeployInput({ networkId, sshKeyPairId, userData, count, wantsPassword, ...named }: DeployFields) {
  return {
    ...named,
    count: Number(count),
    ...(networkId && { networkId }),
    ...(sshKeyPairId && { sshKeyPairId }),
    ...(userData && { userData: toBase64(userData) }),
    ...(wantsPassword && { wantsPassword }),
  };
}

/** What the instances will be called: the first ones, and the last. */
export function namesOf({ name, count }: Pick<DeployFields, 'name' | 'count'>): { names: string[]; isCut: boolean } {
  const wanted = Number(count);
  if (!name || !Number.isInteger(wanted) || wanted < 1) return { names: [], isCut: false };
  if (wanted === 1) return { names: [name], isCut: false };
  const numbers = wanted <= 3 ? Array.from({ length: wanted }, (_, index) => index + 1) : [1, 2, wanted];
  return { names: numbers.map((number) => `${name}-${number}`), isCut: wanted > 3 };
}

function toBase64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
