/** When somebody is called, and what the person is told. */
export interface Alert {
  /** Also the name of its page: docs/runbooks/<name>.md. */
  readonly name: string
  /** critical: customers notice, now. warning: within the day. */
  readonly severity: 'critical' | 'warning'
  /** PromQL: a series for each thing that is wrong. */
  readonly when: string
  /** How long it must have been so. */
  readonly for: string
  /** One sentence, with Prometheus' templates. */
  readonly summary: string
}

/** A name for a query that several alerts share. */
export interface Recording {
  readonly record: string
  readonly expr: string
  readonly labels?: Readonly<Record<string, string>>
}

export interface Group {
  readonly name: string
  readonly recordings?: readonly Recording[]
  readonly alerts?: readonly Alert[]
}
