import { expect, test } from 'vitest'
import { helmProblem } from './helmProblem.ts'

const installing = { verb: 'install', release: 'fraud-check', namespace: 'petrel' } as const

/** As Helm 3.20 and 4.3 have said it. */
const said: readonly (readonly [string, string, RegExp])[] = [
  [
    'no cluster, Helm 3',
    'Error: INSTALLATION FAILED: Kubernetes cluster unreachable: Get "http://localhost:8080/version": dial tcp 127.0.0.1:8080: connect: connection refused\n',
    /^No cluster answers: Get .*refused\. Set KUBECONFIG to/,
  ],
  [
    'no cluster, Helm 4',
    'level=ERROR msg="cluster reachability check failed: kubernetes cluster unreachable: Get \\"http://localhost:8080/version\\": dial tcp 127.0.0.1:8080: connect: connection refused"\n' +
      'Error: INSTALLATION FAILED: cluster reachability check failed: kubernetes cluster unreachable: Get "http://localhost:8080/version": dial tcp 127.0.0.1:8080: connect: connection refused\n',
    /^No cluster answers: Get .*refused\. Set KUBECONFIG to/,
  ],
  [
    'a release that is there, Helm 3',
    'Error: INSTALLATION FAILED: cannot re-use a name that is still in use\n',
    /^There is a release fraud-check in namespace petrel already: petrel upgrade fraud-check -n petrel\./,
  ],
  [
    'a release that is there, Helm 4',
    'level=ERROR msg="release name check failed" error="cannot reuse a name that is still in use"\n' +
      'Error: INSTALLATION FAILED: release name check failed: cannot reuse a name that is still in use\n',
    /^There is a release fraud-check in namespace petrel already: petrel upgrade fraud-check -n petrel\./,
  ],
  [
    'an upgrade of what is not installed',
    'Error: UPGRADE FAILED: "fraud-check" has no deployed releases\n',
    /^There is no release fraud-check in namespace petrel that was ever installed whole: petrel install fraud-check/,
  ],
  [
    'a failed hook, Helm 3',
    'The database said no.\nAsk it again.\nError: INSTALLATION FAILED: failed pre-install: 1 error occurred:\n\t* job fraud-check-deploy failed: BackoffLimitExceeded\n\n\n',
    /^A Job of fraud-check failed: job fraud-check-deploy failed: BackoffLimitExceeded\. petrel doctor -n petrel says more\.\nIt said:\nThe database said no\.\nAsk it again\.$/,
  ],
  [
    'a failed hook, Helm 4',
    'level=INFO msg="The database said no."\nlevel=WARN msg="upgrade failed" name=fraud-check error="pre-upgrade hooks failed"\n' +
      'Error: UPGRADE FAILED: pre-upgrade hooks failed: resource Job/petrel/fraud-check-deploy not ready. status: Failed, message: Job Failed. failed: 1/1\n',
    /^A Job of fraud-check failed: resource Job\/petrel\/fraud-check-deploy not ready\. .*\nIt said:\nThe database said no\.$/,
  ],
  [
    'a sentence of the chart',
    'Error: INSTALLATION FAILED: execution error at (subscriber/templates/scaledobject.yaml:1:24): autoscaling.enabled needs KEDA\n',
    /^autoscaling\.enabled needs KEDA$/,
  ],
  [
    'a value that the chart does not know',
    "Error: INSTALLATION FAILED: values don't meet the specifications of the schema(s) in the following chart(s):\nsubscriber:\n- at '': additional properties 'replica' not allowed\n",
    /^The values are not as the chart wants them:\nsubscriber:\n- at '': additional properties 'replica' not allowed$/,
  ],
  [
    'pods that were not ready in time',
    'Error: INSTALLATION FAILED: context deadline exceeded\n',
    /^fraud-check was not ready in time\. petrel status -n petrel/,
  ],
  [
    'what nobody has thought of',
    'Error: INSTALLATION FAILED: the moon is in the way\n',
    /^helm install failed: Error: INSTALLATION FAILED: the moon is in the way$/,
  ],
]

test.for(said)('%s is said in a sentence with a way out', ([, stderr, sentence]) => {
  expect(helmProblem(installing, stderr).message).toMatch(sentence)
})
