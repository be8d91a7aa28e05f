import { parseArgs } from 'node:util'
import { Problem } from '../../deploy/local/problem.ts'
import type { Campaign, Load } from '../campaigns/campaign.ts'
import { campaigns } from '../campaigns/campaigns.ts'

export interface Options {
  readonly campaign: Campaign
  /** Against the house of cards, too. */
  readonly isDuel: boolean
  /** Whether the house of cards sends idempotency keys. */
  readonly hasKeys: boolean
  /** Of a shop in a cluster; the local one when undefined. */
  readonly cluster: { readonly url: string; readonly prometheusUrl: string; readonly namespace: string } | undefined
}

const definition = {
  rate: { type: 'string', default: '150' },
  calm: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '120' },
  'warm-up': { type: 'string', default: '30' },
  tail: { type: 'string', default: '60' },
  /** `none` for as many as come. */
  gateway: { type: 'string', default: '40' },
  bystanders: { type: 'string', default: '5' },
  url: { type: 'string' },
  prometheus: { type: 'string' },
  namespace: { type: 'string', default: 'petrel' },
  'without-keys': { type: 'boolean', default: false },
} as const

/** What stands after `npm run load --`: a campaign, or `duel` and a campaign. @throws Problem that says how it is used */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parsed(args)
  const isDuel = positionals[0] === 'duel'
  const [name = isDuel ? 'blast' : '', ...rest] = isDuel ? positionals.slice(1) : positionals
  const make = campaigns[name]
  if (make === undefined || rest.length > 0) throw new Problem(usage())
  const cluster = clusterOf(values)
  if (isDuel && cluster !== undefined)
    throw new Problem('A duel is on this machine: there is no house of cards in a cluster. Leave --url and --prometheus out.')
  return { campaign: make(loadOf(values)), isDuel, hasKeys: !values['without-keys'], cluster }
}

type Values = ReturnType<typeof parsed>['values']

const loadOf = (values: Values): Load => ({
  rate: number('rate', values.rate),
  calm: number('calm', values.calm),
  seconds: number('seconds', values.seconds),
  warmUpSeconds: number('warm-up', values['warm-up']),
  tailSeconds: number('tail', values.tail),
  gatewayPerSecond: values.gateway === 'none' ? null : number('gateway', values.gateway),
  bystandersPerSecond: number('bystanders', values.bystanders),
})

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: definition, allowPositionals: true })
  } catch (error) {
    throw new Problem(`${(error as Error).message}\n${usage()}`, { cause: error })
  }
}

function clusterOf({ url, prometheus, namespace }: Values): Options['cluster'] {
  if (url === undefined && prometheus === undefined) return undefined
  if (url !== undefined && prometheus !== undefined) return { url, prometheusUrl: prometheus, namespace }
  throw new Problem('A shop in a cluster needs both addresses: --url of its page, and --prometheus.')
}

function number(name: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new Problem(`--${name} must be a whole number above 0, and is "${text}".`)
}

const usage = () => `npm run load -- <campaign> [options]; what each asks is in load/README.md

campaigns: ${Object.keys(campaigns).join(', ')}
duel [campaign]: against the shop, and then against the house of cards (--without-keys: without idempotency keys)

  --rate 150        orders a second at the height       --seconds 120     how long the height lasts
  --calm 5          orders a second before and after it
  --warm-up 30      seconds of calm before              --tail 60         seconds until it is calm again
  --gateway 40      charges a second, or none           --bystanders 5    people a second who only read
  --url, --prometheus, --namespace                      a shop in a cluster instead of the local one`
