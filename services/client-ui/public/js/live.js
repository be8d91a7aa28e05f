/** How long to wait when the shop answered with an error, after which a browser does not connect again by itself. */
const againMs = 2_000

/**
 * Listens to a stream of events and goes on after every interruption; what was told before may be told again.
 * @param hear gets the data of each event
 * @param changed gets whether the page is connected
 */
export function listen(path, event, hear, changed) {
  let source
  const connect = () => {
    source = new EventSource(path)
    source.addEventListener(event, ({ data }) => hear(JSON.parse(data)))
    source.addEventListener('open', () => changed(true))
    source.addEventListener('error', () => {
      changed(false)
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, againMs)
    })
  }
  connect()
  // A page that is left keeps no connection; one that is come back to begins anew.
  addEventListener('pagehide', () => source.close())
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
}
