import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard'

/** Which Prometheus. No dashboard names one. */
export const datasource = { type: 'prometheus', uid: '${datasource}' } as const

export const datasourceVariable = () => new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus')

/** Two shops on one cluster have two namespaces. `.*` also takes what has none: the shop of `npm start`. */
export const namespaceVariable = () =>
  labelValues('namespace', 'label_values(petrel_messages_handled_total, namespace)')
    .label('Namespace')
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: 'All', value: '$__all' })

export const endpointVariable = () =>
  labelValues('endpoint', 'label_values(petrel_messages_handled_total{namespace=~"$namespace"}, endpoint)')
    .label('Endpoint')
    .current({ selected: true, text: 'billing', value: 'billing' })

const labelValues = (name: string, query: string) =>
  new QueryVariableBuilder(name)
    .datasource(datasource)
    .query({ query, refId: name })
    .refresh(VariableRefresh.OnTimeRangeChanged)
    // oxlint-disable-next-line unicorn/no-array-sort -- no array, a builder
    .sort(VariableSort.AlphabeticalAsc)
