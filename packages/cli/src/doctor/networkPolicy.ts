/** The part of a NetworkPolicy that is about leaving a pod. */
export interface Policy {
  /** Labels of the pods that it is about; none for all of the namespace. */
  readonly podLabels: Readonly<Record<string, string>>
  /** Undefined when it says nothing about egress. */
  readonly egress: readonly Egress[] | undefined
}

/** Without ports: all of them. */
export interface Egress {
  readonly ports: readonly { readonly port?: number | string | undefined }[]
}

const dnsPort = 53

/** Whether a pod with these labels may ask for names. Policies add up: what one allows is allowed. */
export function allowsDns(labels: Readonly<Record<string, string>>, policies: readonly Policy[]): boolean {
  const own = policies.filter(({ podLabels }) => Object.entries(podLabels).every(([name, value]) => labels[name] === value))
  const rules = own.flatMap(({ egress }) => (egress === undefined ? [] : [egress]))
  if (rules.length === 0) return true
  return rules.flat().some(({ ports }) => ports.length === 0 || ports.some(({ port }) => port === undefined || port === dnsPort))
}
