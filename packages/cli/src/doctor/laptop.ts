import type { Check, Finding } from './finding.ts'

/** What the local system needs of the machine. The sentences are those with which npm start would end. */
export interface LaptopFacts {
  readonly node: string
  /** Why Java cannot be used. */
  readonly java: string | undefined
  /** Maven is needed once, for the jars. */
  readonly hasMaven: boolean
  readonly hasJars: boolean
  /** Why a port cannot be used, one each; none while the local system itself has them. */
  readonly ports: readonly string[]
  /** Why nothing can be written. */
  readonly disk: string | undefined
}

const neededNode = 24

const nodeIsNew: Check<LaptopFacts> = ({ node }) =>
  Number.parseInt(node, 10) >= neededNode
    ? []
    : [
        {
          code: 'NODE_TOO_OLD',
          what: `This runs on Node ${node}; Petrel needs ${neededNode}, to read TypeScript.`,
          wayOut: `npm ci brings Node ${neededNode} into the clone, and npx petrel takes that. Elsewhere, install it.`,
        },
      ]

const javaRuns: Check<LaptopFacts> = ({ java }) => (java === undefined ? [] : [fromSentence('JAVA_UNUSABLE', java)])

const mavenIsThere: Check<LaptopFacts> = ({ hasMaven, hasJars }) =>
  hasMaven || hasJars
    ? []
    : [
        {
          code: 'MAVEN_MISSING',
          what: 'Kafka and the schema registry have to be downloaded once, by Maven, and there is no mvn on the PATH.',
          wayOut:
            'apt-get install -y maven (Debian, Ubuntu), brew install maven (macOS); or use a Kafka and a registry that run elsewhere.',
        },
      ]

const portsAreFree: Check<LaptopFacts> = ({ ports }) => ports.map((sentence) => fromSentence('PORT_TAKEN', sentence))

const diskHasRoom: Check<LaptopFacts> = ({ disk }) => (disk === undefined ? [] : [fromSentence('DISK_FULL', disk)])

export const laptopChecks: readonly Check<LaptopFacts>[] = [nodeIsNew, javaRuns, mavenIsThere, portsAreFree, diskHasRoom]

/** The sentences say first what is wrong, and then what to do. */
function fromSentence(code: Finding['code'], text: string): Finding {
  const end = /\.\n|\.\s(?=[A-Z])|\n/.exec(text)
  if (end === null) return { code, what: text, wayOut: 'Mend that, and ask again.' }
  return { code, what: `${text.slice(0, end.index)}.`, wayOut: text.slice(end.index + end[0].length).trim() }
}
