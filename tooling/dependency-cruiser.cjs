// Who may import whom: the table of docs/architecture.md, enforced. Values need a ✔; a T lets types through and nothing that runs.
// Tests may import anything. `embedded` and `tools` stand above the table; nothing that runs in a cloud imports them, or `testing`.

const layers = {
  model: '^packages/model/',
  contracts: '^packages/contracts/',
  authz: '^packages/authz/',
  db: '^packages/db/',
  placement: '^packages/placement/',
  drivers: '^packages/drivers/',
  appliances: '^packages/appliances/',
  records:
    '^activities/src/(record-activities|.*/[^/]*\\brecords\\.activities)\\.ts$|^activities/src/(?!lib/)[^/]+/(?!host\\.activities|.*\\.host\\.activities)[^/]+\\.ts$',
  host: '^activities/src/(host-activities|.*/[^/]*\\bhost\\.activities)\\.ts$',
  workflows: '^workflows/',
  operations: '^packages/operations/',
  secrets: '^packages/secrets/',
  directory: '^packages/directory/',
  client: '^packages/client/',
  api: '^apps/api/',
  web: '^apps/web/',
  ui: '^packages/ui/',
  controlWorker: '^workers/control/',
  hostWorker: '^workers/host/',
  embedded: '^packages/embedded/',
  testing: '^packages/testing/',
  tools: '^(tools|images|e2e)/',
};

// `config`, `log` and `temporal-kit` serve all servers and are free to import.
const table = {
  web: { values: ['model', 'contracts', 'ui'], types: ['api'] },
  ui: { values: [], types: [] },
  client: { values: ['model', 'contracts'], types: ['api'] },
  api: { values: ['model', 'contracts', 'authz', 'db', 'operations', 'secrets', 'directory'], types: ['workflows'] },
  workflows: { values: ['model', 'contracts'], types: ['records', 'host'] },
  records: { values: ['model', 'contracts', 'authz', 'db', 'placement', 'secrets'], types: [] },
  host: { values: ['model', 'contracts', 'drivers', 'appliances'], types: [] },
  controlWorker: { values: ['model', 'contracts', 'db', 'placement', 'records', 'secrets'], types: ['workflows'] },
  hostWorker: { values: ['model', 'contracts', 'drivers', 'appliances', 'host', 'secrets'], types: [] },
  db: { values: ['model', 'contracts', 'authz'], types: [] },
  authz: { values: ['model', 'contracts'], types: ['db'] },
  operations: { values: ['model', 'contracts', 'db'], types: ['workflows'] },
  drivers: { values: ['model', 'contracts', 'appliances'], types: [] },
  appliances: { values: ['model', 'contracts', 'drivers'], types: [] },
  placement: { values: ['model', 'contracts'], types: [] },
  secrets: { values: ['model', 'contracts'], types: [] },
  directory: { values: ['model', 'contracts'], types: [] },
  model: { values: [], types: [] },
  contracts: { values: ['model'], types: [] },
};

// Tests, and what only they use: arrangements, factories, contract suites, hosts and laboratories to try things in.
const TESTS = '\\.(test|arrange|factory)\\.ts$|/contract/|-contract\\.ts$|/libvirt-test-host\\.ts$|/(packet-lab|lab-[a-z]+)\\.ts$';
const anyOf = (names) => names.map((name) => layers[name]).join('|');

const rules = Object.entries(table).flatMap(([from, { values, types }]) => {
  const foreign = Object.keys(layers).filter((name) => name !== from && !values.includes(name));
  const closed = foreign.filter((name) => !types.includes(name));
  const typeOnly = types.map((name) => ({
    name: `${from}-takes-only-types-of-${name}`,
    severity: 'error',
    from: { path: layers[from], pathNot: TESTS },
    to: { path: layers[name], pathNot: layers[from], dependencyTypesNot: ['type-only'] },
  }));
  const never = {
    name: `${from}-does-not-import`,
    severity: 'error',
    from: { path: layers[from], pathNot: TESTS },
    to: { path: anyOf(closed), pathNot: anyOf([from, ...values, ...types]) },
  };
  return [never, ...typeOnly];
});

module.exports = {
  forbidden: [
    ...rules,
    {
      name: 'workflows-are-deterministic',
      comment: 'Workflow code is replayed: it may use no built-in module of Node. Also not through what it imports.',
      severity: 'error',
      from: { path: '^workflows/src/', pathNot: `${TESTS}|^workflows/src/tooling/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'host-side-cannot-reach-the-database',
      severity: 'error',
      from: { path: `${layers.host}|${layers.hostWorker}`, pathNot: TESTS },
      to: { path: `${layers.db}|node_modules/(@prisma|pg)/`, reachable: true },
    },
    { name: 'no-cycles', severity: 'error', from: { pathNot: TESTS }, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'resolvable', severity: 'error', from: { pathNot: '^packages/db/' }, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/generated/' },
    exclude: { path: '\\.next/|/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
};
