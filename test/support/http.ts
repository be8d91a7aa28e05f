/** @throws Error with the answer when it is not 2xx */
export async function fetchOk(url: string, init?: RequestInit): Promise<Response> {
  const response = await fetch(url, init)
  if (!response.ok) throw new Error(`${init?.method ?? 'GET'} ${url}: ${response.status} ${await response.text()}`)
  return response
}

export async function getJson<T>(url: string): Promise<T> {
  return (await fetchOk(url)).json() as Promise<T>
}

export const jsonBody = (method: 'POST' | 'PUT', body: unknown, headers: Readonly<Record<string, string>> = {}) => ({
  method,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
})
