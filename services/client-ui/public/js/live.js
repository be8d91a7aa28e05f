/** How long to wait when the shop answered with an error, after which a browser does not connect again by itself. */
const againMs = 2_000

/**
 * Listens to a stream of events and goes on after every interruption; what came before may come again.
 * A browser has six connections to a host for all its tabs (HTTP/1.1), so a tab that nobody looks at keeps none: it connects
 * again when it is shown. Call what is returned when nothing more is to come.
 * @param handlers event → gets its data
 * @param changed gets whether the page is connected
 */
export function listen(path, handlers, changed) {
  let source
  let timer
  let over = false

  const connect = () => {
    if (over || document.hidden || source !== undefined) return
    source = new EventSource(path)
    for (const [event, handle] of Object.entries(handlers)) source.addEventListener(event, ({ data }) => handle(JSON.parse(data)))
    source.addEventListener('open', () => changed(true))
    source.addEventListener('error', () => {
      changed(false)
      if (source?.readyState !== EventSource.CLOSED) return
      disconnect()
      timer = setTimeout(connect, againMs)
    })
  }
  const disconnect = () => {
    clearTimeout(timer)
    source?.close()
    source = undefined
  }
  const look = () => (document.hidden ? disconnect() : connect())
  connect()
  document.addEventListener('visibilitychange', look)
  // A page that is left keeps no connection, also when the browser keeps the page.
  addEventListener('pagehide', disconnect)
  addEventListener('pageshow', ({ persisted }) => persisted && look())
  return () => {
    over = true
    disconnect()
    document.removeEventListener('visibilitychange', look)
  }
}
