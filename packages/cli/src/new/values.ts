/** What the chart `charts/subscriber` is told. `petrel topology` fills the block `endpoint`, here and whenever the endpoint changes. */
export const valuesText = (
  name: string,
): string => `# What the chart is told about ${name}; every value and its default is in charts/subscriber. People write it, but for the
# block \`endpoint\`: \`npx petrel topology\` does.

endpoint: {}

image:
  repository: petrel/${name}

# One replica for each 3,000 messages that wait, up to one for each partition. Measure yours.
autoscaling:
  by: lag
  messagesPerSecond: 100
  drainSeconds: 30

# What the shop's own services need when they do little. CPU has no limit: a backlog may use what the node has left.
resources:
  requests:
    cpu: 100m
    memory: 160Mi
  limits:
    memory: 256Mi
`
