import type { ErrorCode } from '@nephos/model/errors';

/** What an operation does, for somebody who reads the API. */
export interface OperationText {
  says: string;
  /** Beside what any operation of its kind may be refused with. */
  codes?: readonly ErrorCode[];
}

const BEGUN = 'Answers the operation at once; follow it with operation.get or the change stream.';

/** By the path of the procedure. A test fails for one without words. */
export const OPERATION_TEXTS: Readonly<Record<string, OperationText>> = {
  'account.mine': { says: 'Your account: its limits, and how much of each is used.' },
  'account.list': { says: 'Accounts, with what each uses of its limits.' },
  'account.get': { says: 'One account.' },
  'account.update': {
    says: 'Changes the name or the limits of an account, or whether its people are let in. Limits below what is used take nothing away.',
    codes: ['NAME_TAKEN', 'INVALID_STATE'],
  },
  'apiKey.list': { says: 'Your API keys. Their secret part is not among it.' },
  'apiKey.create': { says: 'Makes an API key for yourself. The answer holds its secret part, which is not shown again.' },
  'apiKey.revoke': { says: 'Ends an API key of yours at once.' },
  'auth.login': {
    says: 'Signs in with name and password, and answers the token of a session.',
    codes: ['TOO_MANY_REQUESTS', 'DIRECTORY_UNREACHABLE'],
  },
  'auth.logout': { says: 'Ends the session it is called with.' },
  'auth.me': { says: 'Who you are: user, account and role.' },
  'cluster.list': { says: 'Clusters: hosts of one hypervisor in a pod.' },
  'cluster.get': { says: 'One cluster.' },
  'cluster.update': { says: 'Changes the name of a cluster.', codes: ['NAME_TAKEN'] },
  'cluster.create': { says: 'Adds a cluster to a pod.', codes: ['NAME_TAKEN'] },
  'computeOffering.list': { says: 'Sizes that an instance can have: CPUs and memory.' },
  'computeOffering.create': { says: 'Offers a size.', codes: ['NAME_TAKEN'] },
  'computeOffering.update': {
    says: 'Changes the name or the words of a size, or whether it is offered. Instances that have it keep it.',
    codes: ['NAME_TAKEN'],
  },
  'event.list': {
    says: 'What happened: who did what to which thing, and when. All that match come as a file from GET /api/v1/event.export?format=csv or json.',
  },
  'host.list': { says: 'Hosts, with their state and what is claimed on them.' },
  'host.get': { says: 'One host: its agent, what is claimed on it, and what its machine has of what a host needs, with help for the rest.' },
  'host.create': {
    says: 'Adds a host. The answer holds the command by which a machine becomes it; its token is not shown again, and good once, for 24 hours.',
    codes: ['NAME_TAKEN'],
  },
  'host.createJoinToken': {
    says: 'Another token and command for a host: for when the first was lost, or for a machine that is installed anew. Earlier tokens are void; the certificate it has is good until the new one is used.',
  },
  'host.update': {
    says: 'Changes the tags and overcommit of a host, or whether new instances may be placed on it. What runs there goes on running.',
  },
  'host.remove': {
    says: 'Removes a host and its pools from the cloud. Nothing may be claimed on it: no instance, router, disk or open operation. What its machine connects with is void at once, and its name is free.',
    codes: ['IN_USE'],
  },
  'imageStore.list': { says: 'Where templates are kept.' },
  'imageStore.update': { says: 'Changes the name of an image store.', codes: ['NAME_TAKEN'] },
  'imageStore.create': { says: 'Adds an image store to a zone.', codes: ['NAME_TAKEN'] },
  'instance.list': { says: 'Instances, by page, filtered and sorted. What you may do with each now is in its `can`.' },
  'instance.get': { says: 'One instance with its addresses and volumes.' },
  'instance.metrics': {
    says: 'CPU, memory, disk and network of an instance over the last hour, day, week or month, in columns; null where nothing is known.',
  },
  'instance.password': {
    says: 'The password that the instance took at its first boot, where one was wanted at its deploy.',
    codes: ['INVALID_STATE'],
  },
  'instance.openConsole': {
    says: 'A ticket for the screen or serial line of a running instance. It is shown once, in the first message on /console, within a minute.',
    codes: ['INVALID_STATE', 'LIMIT_EXCEEDED', 'UNSUPPORTED'],
  },
  'instance.screenshot': {
    says: 'A picture of the instance’s screen as it is now.',
    codes: ['INVALID_STATE', 'HOST_UNREACHABLE', 'HYPERVISOR_FAILED', 'UNSUPPORTED'],
  },
  'instance.deploy': {
    says: `Makes and starts one or several instances, all or none. ${BEGUN}`,
    codes: ['LIMIT_EXCEEDED', 'NAME_TAKEN', 'INVALID_STATE', 'CAPACITY'],
  },
  'instance.start': { says: `Starts a stopped instance, on whichever host has room. ${BEGUN}`, codes: ['INVALID_STATE'] },
  'instance.stop': { says: `Asks the guest to power off, and forces it after a minute, or at once. ${BEGUN}`, codes: ['INVALID_STATE'] },
  'instance.reboot': { says: `Asks the guest to restart, and resets it after a minute, or at once. ${BEGUN}`, codes: ['INVALID_STATE'] },
  'instance.destroy': {
    says: `Stops an instance and sets it aside. Until its \`expungeAfter\` it can be recovered. ${BEGUN}`,
    codes: ['INVALID_STATE'],
  },
  'instance.recover': { says: `Takes a destroyed instance back, stopped. ${BEGUN}`, codes: ['INVALID_STATE'] },
  'instance.expunge': { says: `Removes a destroyed instance and its disks for good. ${BEGUN}`, codes: ['INVALID_STATE'] },
  'instance.update': { says: 'Changes the display name or the tags of an instance.' },
  'network.list': { says: 'Your networks; an administrator’s answer has those of all accounts.' },
  'operation.list': { says: 'What was asked for and what became of it, by page, filtered and sorted.' },
  'doctor.examine': {
    says: 'Looks at every part of the cloud and at what must always be true: what is wrong, and what helps. It changes nothing.',
  },
  'operation.get': { says: 'One operation with each of its steps and attempts.' },
  'operation.getHistory': { says: 'What Temporal kept of an operation’s run, event by event and decoded. Values that no log would show are hidden.' },
  'operation.overview': { says: 'Operations that run now, by kind, and those that failed in the last 24 hours, by cause.' },
  'operation.slowestSteps': { says: 'Steps of the last 24 hours with their median and 95th percentile, the slowest first.' },
  'operation.cancel': { says: 'Asks an operation to undo what it did. Refused once it can only go on.', codes: ['CANCEL_REFUSED'] },
  'operation.retry': {
    says: 'The same again for an operation that failed or was cancelled, as a new operation.',
    codes: ['INVALID_STATE', 'LIMIT_EXCEEDED', 'NAME_TAKEN'],
  },
  'operation.retryStuck': { says: 'Lets a stuck operation try its step again.', codes: ['INVALID_STATE'] },
  'operation.resolveStuck': { says: 'Lets a stuck operation go on without its step, for a reason that is kept.', codes: ['INVALID_STATE'] },
  'pod.list': { says: 'Pods: parts of a zone that share a management network.' },
  'pod.get': { says: 'One pod.' },
  'pod.update': { says: 'Changes the name of a pod.', codes: ['NAME_TAKEN'] },
  'pod.create': { says: 'Adds a pod to a zone.', codes: ['NAME_TAKEN'] },
  'pool.list': { says: 'Primary storage, and how much of it is claimed.' },
  'pool.update': {
    says: 'Changes the name of a pool, how much of it may be claimed, or whether new volumes may be placed there.',
    codes: ['NAME_TAKEN'],
  },
  'pool.create': { says: 'Gives a host a folder for volumes.', codes: ['NAME_TAKEN'] },
  'publicAddress.list': { says: 'Public addresses, and which router has each.' },
  'publicAddress.create': { says: 'Adds a range of public addresses to a zone.', codes: ['CONFLICT'] },
  'router.list': { says: 'Virtual routers of networks: their state, their public address and whether they have what was last changed.' },
  'sshKeyPair.list': { says: 'Your SSH public keys.' },
  'sshKeyPair.create': { says: 'Adds an SSH public key, for instances to be deployed with.', codes: ['NAME_TAKEN'] },
  'sshKeyPair.delete': { says: 'Removes an SSH public key. Instances that have it keep it.' },
  'template.list': { says: 'Images that instances are made of.' },
  'template.get': { says: 'One template, with how much of its upload has arrived.' },
  'template.update': {
    says: 'Changes the words of a template, whether all accounts may use it, or whether anything new is made of it at all.',
  },
  'template.create': {
    says: 'Announces a template; its bytes follow by PUT /api/v1/template.upload, as many times as it takes.',
    codes: ['NAME_TAKEN'],
  },
  'user.create': { says: 'Makes a local user, with an account of their own or in an account that is there.', codes: ['NAME_TAKEN'] },
  'user.list': { says: 'Users: their role, their account, and who keeps their password.' },
  'user.get': { says: 'One user.' },
  'user.update': {
    says: 'Changes the role of a user, a local one’s name or password, or whether they are let in. Who is disabled is signed out everywhere at once.',
    codes: ['INVALID_STATE'],
  },
  'user.changePassword': { says: 'Changes your own password. Other sessions of yours end.', codes: ['TOO_MANY_REQUESTS'] },
  'user.listSessions': { says: 'Where you are signed in.' },
  'user.endSession': { says: 'Signs you out in one place.' },
  'user.endAllSessions': { says: 'Signs you out everywhere.' },
  'volume.list': { says: 'Your volumes.' },
  'zone.list': { says: 'Zones: data centres that instances can be in.' },
  'zone.get': { says: 'One zone.' },
  'zone.update': {
    says: 'Changes the name of a zone, or whether something new may be deployed there. What runs there goes on running.',
    codes: ['NAME_TAKEN'],
  },
  'zone.create': { says: 'Adds a zone.', codes: ['NAME_TAKEN'] },
};
