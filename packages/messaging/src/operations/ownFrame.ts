/** A line of a stack: V8's (https://v8.dev/docs/stack-trace-api), of Java's throwables, and of a traceback of Python's. */
const scriptFrame = /^\s*at (?:.*\()?([^()]+?):(\d+):\d+\)?$/
const javaFrame = /^\s*at ([\w.$<>/@]+)\((\w+\.(?:java|kt|scala)):(\d+)\)$/
const pythonFrame = /^\s*File "([^"]+)", line (\d+)/

/** Code that the team of the endpoint has not written. */
const foreignScript = /(?:^node:|[\\/]node_modules[\\/]|[\\/]packages[\\/]messaging[\\/]|^native$|^<anonymous>$)/
const foreignJava =
  /^(?:[\w.@-]+\/)*(?:java|javax|jdk|sun|com\.sun|kotlin|scala|org\.springframework|org\.apache\.kafka|reactor)\./
const foreignPython = /(?:[\\/]site-packages[\\/]|[\\/]lib[\\/]python[\d.]+[\\/]|^<frozen )/

/** The first frame of the endpoint's own code, as people know it: `placeOrder.ts:14`; null when the stack has none. */
export function ownFrame(stack: string): string | null {
  const lines = stack.split('\n')
  for (const line of lines) {
    const frame = scriptAt(line) ?? javaAt(line)
    if (frame !== undefined) return frame
  }
  // The most recent call is last.
  for (const line of lines.toReversed()) {
    const frame = pythonAt(line)
    if (frame !== undefined) return frame
  }
  return null
}

function scriptAt(line: string): string | undefined {
  const [, path = '', number] = scriptFrame.exec(line) ?? []
  return number === undefined || foreignScript.test(path) ? undefined : `${fileName(path)}:${number}`
}

function javaAt(line: string): string | undefined {
  const [, method = '', file, number] = javaFrame.exec(line) ?? []
  return file === undefined || foreignJava.test(method) ? undefined : `${file}:${number}`
}

function pythonAt(line: string): string | undefined {
  const [, path = '', number] = pythonFrame.exec(line) ?? []
  return number === undefined || foreignPython.test(path) ? undefined : `${fileName(path)}:${number}`
}

const fileName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)
