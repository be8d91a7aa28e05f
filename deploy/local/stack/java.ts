import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Problem } from '../problem.ts'

const run = promisify(execFile)
const OLDEST = 17

const WAYS_OUT = `Ways out:
  1. install it: apt-get install -y openjdk-17-jre-headless (Debian, Ubuntu), brew install openjdk@21 (macOS)
  2. point JAVA_HOME to a Java ${OLDEST} or newer that you have
  3. use a Kafka and a schema registry that run elsewhere: KAFKA_BROKERS=host:9092 SCHEMA_REGISTRY_URL=http://host:8081 npm start`

/** The `java` to run Kafka and the registry with: of JAVA_HOME if set, else the PATH's. @throws Problem when there is none, or an old one. */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const java = env['JAVA_HOME'] ? join(env['JAVA_HOME'], 'bin', 'java') : 'java'
  const output = await run(java, ['-version'], { env }).catch((error: unknown) => {
    throw new Problem(
      `Java ${OLDEST} or newer is needed for Kafka and the schema registry, and "${java}" does not run.\n${WAYS_OUT}`,
      { cause: error },
    )
  })
  const version = majorVersion(output.stderr)
  if (version >= OLDEST) return java
  throw new Problem(
    `Java ${OLDEST} or newer is needed for Kafka and the schema registry, and "${java}" is version ${version}.\n${WAYS_OUT}`,
  )
}

/** From what `java -version` prints: `openjdk version "17.0.15"` is 17, `java version "1.8.0_392"` is 8. */
export function majorVersion(text: string): number {
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(text) ?? []
  return Number(first === '1' ? second : (first ?? 0))
}

/** Small and quick to start rather than fast for ever: it is for one developer and a few tests. */
export const FRUGAL_JVM = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Djava.awt.headless=true',
  '-Djava.net.preferIPv4Stack=true',
]
