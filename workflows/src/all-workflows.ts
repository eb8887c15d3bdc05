// What the bundle holds: a workflow is found by the name of its function (packages/model/src/operation-kind.ts).
export { runFloor } from './floor/run-floor.workflow.ts';
export { deployInstance } from './instance/deploy-instance.workflow.ts';
export { destroyInstance } from './instance/destroy-instance.workflow.ts';
export { expungeInstance } from './instance/expunge-instance.workflow.ts';
export { rebootInstance } from './instance/reboot-instance.workflow.ts';
export { recoverInstance } from './instance/recover-instance.workflow.ts';
export { settleInstance } from './instance/settle-instance.workflow.ts';
export { startInstance } from './instance/start-instance.workflow.ts';
export { stopInstance } from './instance/stop-instance.workflow.ts';
export { rollUpMetrics } from './metrics/roll-up-metrics.workflow.ts';
export { implementNetwork } from './network/implement-network.workflow.ts';
export { shutdownNetwork } from './network/shutdown-network.workflow.ts';
export { sweep } from './sweep/sweep.workflow.ts';
