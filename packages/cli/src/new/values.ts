import type { NewService } from './files.ts'

/** What the chart `charts/subscriber` is told; `petrel topology` keeps the block `endpoint` as the endpoint is. */
export const valuesText = ({
  name,
  hears,
}: Pick<
  NewService,
  'name' | 'hears'
>): string => `# What the chart is told about ${name}; every value and its default is in charts/subscriber. People write it, but for the
# block \`endpoint\`: \`npx petrel topology\` does.

endpoint:
  name: ${name}
  partitions: 6
  topics:
${hears.map(({ type }) => `    - ${type.topic}`).join('\n')}
  group: ${name}
  handlerTimeLimitSeconds: 30
  deployOrder: 1

image:
  repository: petrel/${name}

resources:
  requests:
    cpu: 100m
    memory: 160Mi
  limits:
    memory: 256Mi
`
