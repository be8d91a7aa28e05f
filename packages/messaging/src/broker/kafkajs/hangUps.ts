import type { Socket } from 'node:net'

/** One after another: a broker that shuts down hangs up on all at once, but then it does not take connections any more. */
const enough = 3

/** https://www.rfc-editor.org/rfc/rfc8446#section-5.1: a record of type alert, in any version of TLS. */
const isTlsAlert = (answer: Buffer) => answer[0] === 21 && answer[1] === 3

/** The first answer says which versions there are; everybody gets it. */
const toEverybody = 1

/**
 * A broker that expects TLS or a login, and is asked without, hangs up and does not say why; so does one that is spoken TLS to
 * where it expects none. Looked for until it has answered for the first time, since it hangs up for other reasons as well.
 * @param refused is told what to check
 */
export function hangUps(isTls: boolean, refused: (place: string, why: string) => void) {
  const known = new Set<string>()
  const counts = new Map<string, number>()

  /** @param before how often it had hung up when this connection began */
  const hungUp = (place: string, before: number, why: string) => {
    if (known.has(place)) return
    counts.set(place, before + 1)
    if (before + 1 >= enough) refused(place, why)
  }
  /** @param socket is not connected yet */
  return function watch(place: string, socket: Socket): void {
    if (known.has(place)) return
    const before = counts.get(place) ?? 0
    let [isConnected, isSaid, answers] = [false, false, 0]
    const onEnd = () => {
      if (isConnected && !isSaid) hungUp(place, before, isTls ? noTls : noLogin)
    }
    socket.once('connect', () => (isConnected = true))
    socket.once('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNRESET') onEnd()
      else if (code === 'ECONNREFUSED') counts.delete(place)
    })
    if (isTls) socket.once('secureConnect', () => known.add(place))
    else socket.once('end', onEnd).on('data', onAnswer)

    function onAnswer(answer: Buffer): void {
      answers += 1
      if (answers === 1 && isTlsAlert(answer)) {
        isSaid = true
        hungUp(place, before, onlyTls)
      }
      if (answers > toEverybody) known.add(place)
    }
  }
}

const check = 'Check KAFKA_SECURITY_PROTOCOL and the port in KAFKA_BROKERS.'
const noTls = `it hangs up before TLS begins. Does it speak TLS there? ${check}`
const onlyTls = `it speaks TLS there, and we do not. ${check}`
const noLogin = `it hangs up when it is asked for something. Does it expect a login, or TLS? ${check}`
