import { readFileSync } from 'node:fs'

const lookAgainMs = 200

/**
 * A fault that a person switches on and off: while the file exists, every handler throws its content.
 * A file, since a Kubernetes ConfigMap is one, too. It is looked at five times a second at most.
 * @throws Error when there is something of that name which cannot be read
 */
export function faultSwitch(file: string | undefined): () => string | undefined {
  if (file === undefined) return () => undefined
  let lookedAt = Date.now()
  let fault = contentOf(file)
  return () => {
    const now = Date.now()
    if (now - lookedAt >= lookAgainMs) {
      lookedAt = now
      fault = contentOfIfReadable(file)
    }
    return fault
  }
}

/** What could be read at the start and cannot be now is no reason to fail a message. */
function contentOfIfReadable(file: string): string | undefined {
  try {
    return contentOf(file)
  } catch {
    return undefined
  }
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim() || `The fault switch ${file} is on.`
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
