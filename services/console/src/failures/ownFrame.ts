/** A line of a stack: V8's (https://v8.dev/docs/stack-trace-api), and of Java's throwables. */
const scriptFrame = /^\s*at (?:.*\()?([^()]+?):(\d+):\d+\)?$/
const javaFrame = /^\s*at ([\w.$<>/@]+)\((\w+\.(?:java|kt|scala)):(\d+)\)$/

/** Code that the team of the endpoint has not written. */
const foreignScript = /(?:^node:|[\\/]node_modules[\\/]|[\\/]packages[\\/]messaging[\\/]|^native$|^<anonymous>$)/
const foreignJava =
  /^(?:[\w.@-]+\/)*(?:java|javax|jdk|sun|com\.sun|kotlin|scala|org\.springframework|org\.apache\.kafka|reactor)\./

/** The first frame of the endpoint's own code, as people know it: `placeOrder.ts:14`; null when the stack has none. */
export function ownFrame(stack: string): string | null {
  for (const line of stack.split('\n')) {
    const frame = scriptAt(line) ?? javaAt(line)
    if (frame !== undefined) return frame
  }
  return null
}

function scriptAt(line: string): string | undefined {
  const [, path = '', number] = scriptFrame.exec(line) ?? []
  if (number === undefined || foreignScript.test(path)) return undefined
  return `${path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)}:${number}`
}

function javaAt(line: string): string | undefined {
  const [, method = '', file, number] = javaFrame.exec(line) ?? []
  return file === undefined || foreignJava.test(method) ? undefined : `${file}:${number}`
}
