import { GROUND, NAMESPACE, RELEASE } from './names.ts'

const PAGES = [
  { what: 'the shop', namespace: NAMESPACE, service: `${RELEASE}-client-ui`, port: 8080 },
  { what: 'the console: what failed', namespace: NAMESPACE, service: `${RELEASE}-console`, port: 8090 },
  { what: 'the payment gateway', namespace: NAMESPACE, service: `${RELEASE}-payment-gateway`, port: 8070 },
  { what: 'the mailbox', namespace: NAMESPACE, service: `${RELEASE}-mailbox`, port: 8025 },
  { what: 'Prometheus', namespace: GROUND, service: 'prometheus', port: 9090 },
]

/** What a person does when all of it runs. */
export function nextSteps(context?: string): string {
  const kubectl = context ? `kubectl --context ${context}` : 'kubectl'
  const forwards = PAGES.map(
    ({ what, namespace, service, port }) =>
      `  ${kubectl} -n ${namespace} port-forward service/${service} ${port}   # ${what}: http://localhost:${port}`,
  )
  return `
The shop runs. Its pages, each command in a terminal of its own:
${forwards.join('\n')}

  ${kubectl} -n ${NAMESPACE} get pods,scaledobjects   # what runs, and what is scaled
  npm run cluster:down                     # removes what this command has made

Scaling, upgrading, breaking it: docs/guides/kubernetes.md`
}
