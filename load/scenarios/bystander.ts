import http from 'k6/http'
import { plan } from './plan.ts'

const { url } = plan.customers

/** Opens the page and looks at what there is; orders nothing. */
export function bystander(): void {
  for (const path of ['/', '/api/catalogue']) http.get(`${url}${path}`, { tags: { name: `GET ${path}` }, timeout: '10s' })
}
