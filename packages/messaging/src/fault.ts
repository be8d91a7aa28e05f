import { readFileSync } from 'node:fs'

/** So long a service may go on as if a fault had not been switched. */
export const readAgainMs = 200

/**
 * A fault that a person switches on and off: while the file exists, every handler throws its content. It is a file, because
 * a Kubernetes ConfigMap can be one. It is read at most five times a second.
 * @throws Error when the file exists and cannot be read
 */
export function faultSwitch(file: string | undefined): () => string | undefined {
  if (file === undefined) return () => undefined
  let readAt = Date.now()
  let fault = contentOf(file)
  return () => {
    const now = Date.now()
    if (now - readAt >= readAgainMs) {
      readAt = now
      fault = contentOfIfReadable(file)
    }
    return fault
  }
}

/** A file that could be read at the start and cannot be read now must not fail a message. */
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
