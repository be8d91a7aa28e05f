import { stringify } from 'yaml'

/** A process with metrics: who it is and where it answers `/metrics`. */
export interface Target {
  /** Prometheus' label `job`: the kind of thing. */
  readonly job: 'petrel' | 'prometheus' | 'postgres' | 'load'
  /** Prometheus' label `instance`: `billing` is easier to read than a port that differs with each start. */
  readonly instance: string
  readonly port: number
}

/** As often as a person sees a change, and still next to nothing for a dozen small processes. */
const INTERVAL = '5s'

/** prometheus.yml. @param targetsFiles paths from the root, the last part with a * @param ruleFiles paths from the root */
export const prometheusConfig = (targetsFiles: string, ruleFiles: readonly string[]): string =>
  stringify({
    global: { scrape_interval: INTERVAL, evaluation_interval: INTERVAL },
    rule_files: ruleFiles,
    scrape_configs: [{ job_name: 'local', file_sd_configs: [{ files: [targetsFiles] }] }],
  })

/** A file that Prometheus reads targets from, and reads again whenever it changes. */
export const targetsFile = (targets: readonly Target[]): string =>
  `${JSON.stringify(
    targets.map(({ job, instance, port }) => ({ targets: [`127.0.0.1:${port}`], labels: { job, instance } })),
    null,
    2,
  )}\n`
