import { percentile } from '../figures/statistics.ts'
import { short, table } from '../figures/table.ts'
import type { ConsoleApi } from './api.ts'

/** What one question took, in milliseconds. */
export interface Answered {
  readonly question: string
  readonly p50: number
  readonly p95: number
  readonly most: number
}

interface Page {
  readonly items: readonly { readonly id: string }[]
  readonly next: string | null
}

/** Asks each question that many times, one after the other. @param order an order that failed */
export async function askAll(api: ConsoleApi, order: string, times: number): Promise<Answered[]> {
  const groups = await api.get<Page>('/api/groups?state=unresolved')
  const group = groups.items[0]?.id ?? ''
  const first = await api.get<Page>('/api/failures?limit=50')
  const questions: [name: string, path: string][] = [
    ['the newest 50', '/api/failures?limit=50'],
    ['the next 50', `/api/failures?limit=50&cursor=${first.next}`],
    ['the oldest 200', '/api/failures?limit=200&sort=firstFailedAt'],
    ['of a group', `/api/failures?limit=50&group=${group}`],
    ['unresolved of one type of error', '/api/failures?limit=50&state=unresolved&errorType=CardExpired'],
    ['an order', `/api/failures?q=${order}`],
    ['a word of one in fifty', '/api/failures?q=code+7'],
    ['a word that all have', '/api/failures?q=declined'],
    ['groups', '/api/groups?state=unresolved'],
    ['groups of one type of error', '/api/groups?errorType=TypeError'],
    ['the summary', '/api/summary'],
    ['one failure', `/api/failures/${first.items[0]?.id}`],
  ]
  const answered: Answered[] = []
  for (const [question, path] of questions) {
    const took: number[] = []
    for (let time = 0; time < times; time += 1) {
      const began = performance.now()
      await api.get(path)
      took.push(performance.now() - began)
    }
    answered.push({ question, p50: percentile(took, 50), p95: percentile(took, 95), most: Math.max(...took) })
  }
  return answered
}

export const questionTable = (answers: readonly Answered[]): string =>
  table([
    ['question', 'ms p50', 'ms p95', 'ms most'],
    ...answers.map(({ question, p50, p95, most }) => [question, short(p50), short(p95), short(most)]),
  ])
