import type { AuthenticationService } from './authentication.ts';
import type { CatalogueService } from './catalogue.ts';
import type { ChangeService } from './change.ts';
import type { ConsoleService } from './console.ts';
import type { HostService } from './host.ts';
import type { InfrastructureService } from './infrastructure.ts';
import type { InstanceService } from './instance.ts';
import type { MetricsService } from './metrics.ts';
import type { OperationService } from './operation.ts';
import type { OperationOverviewService } from './operation-overview.ts';
import type { ScreenshotService } from './screenshot.ts';
import type { TemplateService } from './template.ts';
import type { UserService } from './user.ts';

/** Everything that procedures can ask for. */
export interface Services {
  authentication: AuthenticationService;
  catalogue: CatalogueService;
  change: ChangeService;
  console: ConsoleService;
  host: HostService;
  infrastructure: InfrastructureService;
  instance: InstanceService;
  metrics: MetricsService;
  operation: OperationService;
  operationOverview: OperationOverviewService;
  screenshot: ScreenshotService;
  template: TemplateService;
  user: UserService;
}
