import { ConstantVariableBuilder } from '@grafana/grafana-foundation-sdk/dashboard'

/** Where nobody can look: until the chart's value `dashboards.runbooks`, or a person in Grafana, says where the pages are. */
export const nowhere = 'https://runbooks.invalid'

export const runbooksVariable = () => new ConstantVariableBuilder('runbooks').label('Where the runbooks are').value(nowhere)

/** An alert's page. In this repository it is docs/runbooks/<alert>.md. */
export const runbookAddress = (alert: string): string => `\${runbooks}/${alert}.md`
