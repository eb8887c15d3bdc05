/** Every address of the portal, so that a page can move. */
export const pathTo = {
  signIn: (back?: string) => (back && back !== '/' ? `/sign-in?callbackUrl=${encodeURIComponent(back)}` : '/sign-in'),
  instances: (query = '') => `/instances${query && `?${query}`}`,
  newInstance: () => '/instances/new',
  instance: (id: string, query = '') => `/instances/${id}${query && `?${query}`}`,
  console: (instanceId: string) => `/instances/${instanceId}/console`,
  operations: (query = '') => `/operations${query && `?${query}`}`,
  operation: (id: string, query = '') => `/operations/${id}${query && `?${query}`}`,
  apiReference: (query = '') => `/api-reference${query && `?${query}`}`,
  sshKeys: () => '/ssh-keys',
  events: () => '/activity', // `/events` is the API's change stream
  wallboard: () => '/administration/wallboard',
  allInstances: (query = '') => `/administration/instances${query && `?${query}`}`,
  hosts: (query = '') => `/administration/hosts${query && `?${query}`}`,
  host: (id: string) => `/administration/hosts/${id}`,
  zones: () => '/administration/infrastructure',
  pods: () => '/administration/infrastructure/pods',
  clusters: (query = '') => `/administration/infrastructure/clusters${query && `?${query}`}`,
  pools: () => '/administration/infrastructure/pools',
  imageStores: () => '/administration/infrastructure/image-stores',
  publicAddresses: () => '/administration/infrastructure/public-addresses',
  networks: (query = '') => `/administration/networks${query && `?${query}`}`,
  routers: (query = '') => `/administration/networks/routers${query && `?${query}`}`,
  offerings: () => '/administration/catalogue',
  templates: () => '/administration/catalogue/templates',
  accounts: () => '/administration/people',
  account: (id: string) => `/administration/people/accounts/${id}`,
  users: (query = '') => `/administration/people/users${query && `?${query}`}`,
  audit: (query = '') => `/administration/audit${query && `?${query}`}`,
  profile: () => '/profile',
  sessions: () => '/profile/sessions',
  apiKeys: () => '/profile/api-keys',
  appearance: () => '/profile/appearance',
};

/** Where to go after signing in: only within the portal, whatever the address says. */
export function safeReturn(address: string | null | undefined): string {
  if (!address?.startsWith('/') || /^\/[/\\]/.test(address)) return pathTo.instances();
  return address;
}
