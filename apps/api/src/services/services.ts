import type { AccountService } from './account.ts';
import type { AuthenticationService } from './authentication.ts';
import type { CatalogueService } from './catalogue.ts';
import type { ChangeService } from './change.ts';
import type { ConsoleService } from './console.ts';
import type { DoctorService } from './doctor.ts';
import type { EventService } from './event.ts';
import type { HostService } from './host.ts';
import type { InstanceService } from './instance.ts';
import type { MetricsService } from './metrics.ts';
import type { NetworkService } from './network.ts';
import type { OperationService } from './operation.ts';
import type { OperationOverviewService } from './operation-overview.ts';
import type { PeopleService } from './people.ts';
import type { PublicAddressService } from './public-address.ts';
import type { ScreenshotService } from './screenshot.ts';
import type { StorageService } from './storage.ts';
import type { TemplateService } from './template.ts';
import type { UserService } from './user.ts';
import type { ZoneService } from './zone.ts';

/** Everything that procedures can ask for. */
export interface Services {
  account: AccountService;
  authentication: AuthenticationService;
  catalogue: CatalogueService;
  change: ChangeService;
  console: ConsoleService;
  doctor: DoctorService;
  event: EventService;
  host: HostService;
  instance: InstanceService;
  metrics: MetricsService;
  network: NetworkService;
  operation: OperationService;
  operationOverview: OperationOverviewService;
  people: PeopleService;
  publicAddress: PublicAddressService;
  screenshot: ScreenshotService;
  storage: StorageService;
  template: TemplateService;
  user: UserService;
  zone: ZoneService;
}
