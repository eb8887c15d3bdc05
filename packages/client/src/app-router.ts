// The one place that names the server: only its type comes here. In the package for other repositories this file's
// declaration is replaced by the same type written out (tooling/write-router-type.ts).
export type { AppRouter } from '@nephos/api/app-router';
