import { milliseconds } from '@petrel/messaging/operations'
import type { Command } from 'commander'
import { buildImage, type ImageOptions } from '../cluster/buildImage.ts'
import { changeRelease } from '../cluster/installation.ts'
import { showStatus } from '../cluster/showStatus.ts'
import type { Runs } from '../commandContext.ts'
import { duration } from '../durationOption.ts'

interface Release {
  readonly namespace: string
  readonly values?: string[]
  readonly tag?: string
  readonly timeout: number
}

/** What brings services into the cluster of KUBECONFIG, and shows how they are there. */
export function clusterCommands(program: Command, runs: Runs): void {
  program
    .command('image')
    .argument('<service>', 'a folder of services/')
    .description('build the image of a service, and bring it where the cluster finds it: npm run images for one service')
    .option('--tag <tag>', 'the version of the project when none is given')
    .option('--builder <builder>', 'docker, buildah or podman')
    .option('--into <where>', 'none, kind, minikube, registry:HOST/PATH or a command')
    .action((service: string, options: ImageOptions) => runs.alone((context) => buildImage(context, service, options)))
  for (const verb of ['install', 'upgrade'] as const)
    withNamespace(program.command(verb))
      .argument('<what>', 'shop for all of it, or one service')
      .description(`${verb} it with Helm, and wait until everything is ready`)
      .option('-f, --values <file...>', 'values that go before those of the project')
      .option('--tag <tag>', 'of the images; else the version of the chart')
      .option('--timeout <duration>', 'how long to wait', duration, milliseconds('5m'))
      .action((what: string, options: Release) => runs.alone((context) => changeRelease(verb, context, what, options)))
  withNamespace(program.command('status'))
    .description('show pods, replicas, lag and failures of every service')
    .option('--watch', 'until it is ended')
    .option('--json', 'all there is to know, as JSON')
    .action((options: { namespace: string; watch?: true; json?: true }) => runs.alone((context) => showStatus(context, options)))
}

/** What is wrong: here, or in a cluster. */
export function doctorCommand(program: Command, run: (services: readonly string[], options: Examined) => Promise<void>): void {
  program
    .command('doctor')
    .argument('[service...]', 'whose deployment and database are looked at; all of them when none is named')
    .description(
      'find what is wrong with this machine, with what npm start runs, or with a namespace of a cluster, and say what to do',
    )
    .option('-n, --namespace <namespace>', 'look into the cluster of KUBECONFIG')
    .option('--json', 'what was found, as JSON')
    .action(run)
}

interface Examined {
  readonly namespace?: string
  readonly json?: true
}

const withNamespace = (command: Command): Command =>
  command.option('-n, --namespace <namespace>', 'of the cluster of KUBECONFIG', 'petrel')
