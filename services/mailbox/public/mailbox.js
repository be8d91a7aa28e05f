// Runs in the browser: shows mails as they come, without loading the page again, so that what one types stays.
const lookEveryMs = 3_000

const byId = (id) => document.getElementById(id)
const query = new URLSearchParams(location.search)
/** Older pages stay as they are: they would move under one's eyes. */
const isNewest = (query.get('page') ?? '1') === '1'

async function look() {
  try {
    // Mails that leave are not missed: only those that came after the newest one here are new.
    const after = new URLSearchParams([...query, ['after', byId('count').firstElementChild.dataset.newest]])
    const { count: more } = await (await fetch(`/api/count?${after}`)).json()
    say('')
    if (more === 0) return
    // Whoever is reading the list with the keyboard is asked first.
    if (byId('list').contains(document.activeElement)) offer(more)
    else await load()
  } catch {
    say('The mailbox does not answer; looking again.')
  }
}

async function load() {
  const page = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html')
  for (const id of ['list', 'count', 'left']) byId(id).replaceChildren(...page.getElementById(id).childNodes)
  byId('fresh').hidden = true
}

function offer(more) {
  byId('fresh').textContent = more === 1 ? 'Show 1 new mail' : `Show ${more} new mails`
  byId('fresh').hidden = false
}

function say(text) {
  if (byId('says').textContent !== text) byId('says').textContent = text
}

const isLive = () => byId('live').getAttribute('aria-pressed') === 'true'

async function keepLooking() {
  if (isLive() && !document.hidden) await look()
  setTimeout(keepLooking, lookEveryMs)
}

async function showFresh() {
  await load()
  byId('list').querySelector('a')?.focus()
}

byId('fresh').addEventListener('click', () => void showFresh())
// What changes by itself can be stopped (https://www.w3.org/TR/WCAG22/#pause-stop-hide).
byId('live').addEventListener('click', () => {
  byId('live').setAttribute('aria-pressed', String(!isLive()))
  byId('live').textContent = isLive() ? 'Live' : 'Paused'
})
if (isNewest) {
  byId('live').hidden = false
  setTimeout(keepLooking, lookEveryMs)
}
