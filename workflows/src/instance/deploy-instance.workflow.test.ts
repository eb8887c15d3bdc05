import { arrangeInstance, describeSaga } from '@nephos/testing/saga-contract';

describeSaga({
  kind: 'instance.deploy',
  // Another instance keeps the network up, so that the story is the same each time.
  arrange: async (world, name) => {
    if ((await world.db.network.count({ where: { state: 'implemented' } })) === 0) await arrangeInstance(world, 'first');
    return { name };
  },
  begin: async ({ zone, template, offering, request, instances }, { name }) => {
    const [operation] = await instances.deploy(request, {
      zoneId: zone.id,
      name,
      templateId: template.id,
      computeOfferingId: offering.id,
      count: 1,
      tags: {},
    });
    return operation!;
  },
  activities: [
    'requestNetworks',
    'placeInstance',
    'describeInstance',
    'prepareVolume',
    'describeNetworks',
    'ensureNetwork',
    'ensureRouter',
    'ensureInstance',
    'finishLaunch',
  ],
  sometimes: ['findInstance'],
  look: async (world, { name }) => (await world.db.instance.findFirstOrThrow({ where: { name } })).state,
  done: 'running',
  undone: 'expunged',
});
