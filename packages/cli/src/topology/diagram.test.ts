import { expect, test } from 'vitest'
import { diagram } from './diagram.ts'
import { callsOf } from './outside.ts'
import { smallShop } from './testing/smallShop.ts'

const values = `
env:
  BANK_URL: http://{{ .Release.Name }}-bank:8070
  SMTP_URL: smtp://post:1025
networkPolicy:
  egress:
    - { name: bank, port: 8070 }
    - { name: post, port: 1025 }
    - { name: elsewhere, port: 1 }
`

test('whom a service calls outside the bus is where its network policy lets it go, and its settings know the protocol', () => {
  expect(callsOf('billing', values)).toEqual([
    { from: 'billing', to: 'bank', by: 'HTTP' },
    { from: 'billing', to: 'post', by: 'SMTP' },
    { from: 'billing', to: 'elsewhere', by: undefined },
  ])
  expect(callsOf('sales', '# nothing')).toEqual([])
})

test('the picture has events, dotted commands and calls; nothing that an endpoint says to itself, or that an onlooker hears', () => {
  const calls = [...callsOf('billing', values).slice(0, 1), { from: 'web-page', to: 'bank', by: 'HTTP' }]
  const comesIn = [{ from: 'browser', to: 'web-page', by: 'HTTP' }]
  const picture = { comesIn, onlookers: { 'web-page': 'everything' } }
  expect(diagram(smallShop, calls, picture).split('\n')).toEqual([
    '```mermaid',
    'flowchart LR',
    '  browser([browser])',
    '  web_page[web-page]',
    '  bank[(bank)]',
    '  browser -->|HTTP| web_page',
    '  sales -->|OrderPlaced| billing',
    '  web_page -.->|PlaceOrder| sales',
    '  web_page -.->|RefundOrder| billing',
    '  billing ---|HTTP| bank',
    '```',
  ])
  expect(diagram(smallShop, [], { comesIn: [], onlookers: {} })).toContain('  sales -->|OrderPlaced| web_page\n')
})
