/** Follows no redirect by itself, and keeps cookies by host and port, as browsers keep them by host. */
export interface FakeBrowser {
  /** Cookies of all hosts, `host name` → value. */
  readonly cookies: Map<string, string>
  fetch(url: string | URL, init?: RequestInit): Promise<Response>
  /** Goes where it is sent, until it is not sent any further. */
  follow(url: string | URL, init?: RequestInit): Promise<Page>
}

export interface Page {
  readonly url: URL
  readonly response: Response
  readonly text: string
}

export function fakeBrowser(): FakeBrowser {
  const cookies = new Map<string, string>()
  const browser: FakeBrowser = {
    cookies,
    async fetch(url, init = {}) {
      const { host } = new URL(url)
      const own = [...cookies].filter(([name]) => name.startsWith(`${host} `))
      const cookie = own.map(([name, value]) => `${name.slice(host.length + 1)}=${value}`).join('; ')
      const headers = new Headers(init.headers)
      if (cookie !== '') headers.set('cookie', cookie)
      const response = await fetch(url, { redirect: 'manual', ...init, headers })
      for (const line of response.headers.getSetCookie()) keep(cookies, host, line)
      return response
    },
    async follow(url, init) {
      let [at, response] = [new URL(url), await browser.fetch(url, init)]
      for (let to = response.headers.get('location'); to !== null; to = response.headers.get('location')) {
        at = new URL(to, at)
        response = await browser.fetch(at, { headers: { accept: 'text/html' } })
      }
      return { url: at, response, text: await response.text() }
    },
  }
  return browser
}

function keep(cookies: Map<string, string>, host: string, line: string): void {
  const [pair = ''] = line.split(';')
  const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
  const isOver = /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)
  if (isOver) cookies.delete(`${host} ${name}`)
  else cookies.set(`${host} ${name}`, value)
}

/** Fills in the provider's forms: who one is, and that the console may know it. @returns the page at which it ends */
export async function signInAs(browser: FakeBrowser, name: string, page: Page): Promise<Page> {
  let at = page
  for (let action = actionOf(at); action !== undefined; action = actionOf(at)) {
    const prompt = /name="prompt" value="(\w+)"/.exec(at.text)?.[1] ?? ''
    const body = new URLSearchParams(prompt === 'login' ? { prompt, login: name, password: 'any' } : { prompt })
    at = await browser.follow(new URL(action, at.url), { method: 'POST', body })
  }
  return at
}

const actionOf = ({ text }: Page): string | undefined => /<form[^>]*action="([^"]+)"/.exec(text)?.[1]
