import { defineConfig, type TestProjectConfiguration } from 'vitest/config'

const everywhere = ['packages', 'services', 'deploy', 'test', 'bench', 'load'].map((folder) => `${folder}/**`)
const withStack = everywhere.map((folder) => `${folder}/*.kafka.test.ts`)
const withBrowser = everywhere.map((folder) => `${folder}/*.browser.test.ts`)
const long = everywhere.map((folder) => `${folder}/*.long.test.ts`)
const withCluster = everywhere.map((folder) => `${folder}/*.cluster.test.ts`)

/** They start and kill the whole system, with its pages: beside another file it would be a question of luck who waits for how long. */
const alone = ['deploy/local/**/*.kafka.test.ts']

/** They hold our patches against kafkajs as it comes, which no other file of their worker may have patched. */
const besideKafkajs = ['packages/messaging/src/broker/kafkajs/**/*.test.ts']

const inProcess = {
  exclude: ['**/node_modules/**', ...withStack, ...withBrowser, ...long, ...withCluster],
  // No test asserts a time: this only ends one that waits for what never happens.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // By itself it would leave one of two cores idle.
  maxWorkers: '100%',
}

/** On the real broker. */
const onTheStack = {
  globalSetup: ['test/support/oneStack.ts'],
  testTimeout: 120_000,
  hookTimeout: 120_000,
}

/** They wait most of the time. With more, whoever waits for an order to travel would be overtaken on two cores. */
const twoFilesAtOnce = { fileParallelism: true, maxWorkers: 2 }
const oneFileAtOnce = { fileParallelism: false }

const projects: TestProjectConfiguration[] = [
  { extends: true, test: { name: 'kafkajs', include: besideKafkajs, ...inProcess, sequence: { groupOrder: 0 } } },
  {
    extends: true,
    test: {
      name: 'process',
      include: everywhere.map((folder) => `${folder}/*.test.ts`),
      ...inProcess,
      exclude: [...inProcess.exclude, ...besideKafkajs],
      // To start a worker for each of 300 files, and to load the library there, takes half of the time.
      isolate: false,
      setupFiles: ['test/support/leavesNothing.ts'],
      sequence: { groupOrder: 1 },
    },
  },
  {
    extends: true,
    test: {
      name: 'stack',
      include: withStack,
      exclude: ['**/node_modules/**', ...alone],
      ...onTheStack,
      ...twoFilesAtOnce,
      sequence: { groupOrder: 2 },
    },
  },
  { extends: true, test: { name: 'alone', include: alone, ...onTheStack, ...oneFileAtOnce, sequence: { groupOrder: 3 } } },
  {
    extends: true,
    test: {
      name: 'browser',
      include: withBrowser,
      ...onTheStack,
      ...twoFilesAtOnce,
      globalSetup: ['test/support/browser.ts', ...onTheStack.globalSetup],
      sequence: { groupOrder: 4 },
    },
  },
]

/** Of those that always run, the ones that look longer here. */
const lookLonger = [
  'packages/messaging/src/engine/anyWeather.test.ts',
  'services/console/src/http/api.kafka.test.ts',
  'services/*/src/**/{looks,everyPage}.browser.test.ts',
]

const longer = { WEATHER_RUNS: '2000', FUZZ_EXAMPLES: '60', FUZZ_PHASES: 'coverage,fuzzing,stateful', LOOKS: 'all' }

/** Instead of the others, with `--mode long`: `npm run test:long`. */
const longProject: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'long',
    include: [...long, ...lookLonger],
    env: Object.fromEntries(Object.entries(longer).map(([name, value]) => [name, process.env[name] ?? value])),
    ...onTheStack,
    ...oneFileAtOnce,
    globalSetup: ['test/support/browser.ts', ...onTheStack.globalSetup],
    testTimeout: 60 * 60_000,
  },
}

/** Instead of the others, with `--mode cluster`: `npm run test:cluster`. One file after the other, on the cluster of KUBECONFIG. */
const clusterProject: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'cluster',
    include: withCluster,
    globalSetup: ['test/cluster/support/oneShop.ts'],
    ...oneFileAtOnce,
    testTimeout: 30 * 60_000,
    hookTimeout: 30 * 60_000,
  },
}

const projectsOf: Readonly<Record<string, TestProjectConfiguration[]>> = { long: [longProject], cluster: [clusterProject] }

export default defineConfig(({ mode }) => ({
  test: {
    // A worker that is a process of its own takes the services it started with it when it goes.
    pool: 'forks',
    // kafkajs arms timers in the past.
    execArgv: ['--disable-warning=TimeoutNegativeWarning'],
    teardownTimeout: 60_000,
    projects: projectsOf[mode] ?? projects,
  },
}))
