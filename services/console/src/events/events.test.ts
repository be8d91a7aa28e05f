import { describe, expect, test } from 'vitest'
import { checkAfter, checksSetting } from './checks.ts'
import { pauseSeconds } from './deliver.ts'
import { signedHeaders } from './signature.ts'
import { webhooksSetting } from './webhooks.ts'

describe('a webhook', () => {
  // The vector of the reference implementations of https://www.standardwebhooks.com.
  test('is signed as receivers expect it', () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
    expect(signedHeaders('msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}', secret)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    })
  })

  test('is not signed without a secret', () => {
    expect(signedHeaders('1', 2, '{}', undefined)).toEqual({ 'webhook-id': '1', 'webhook-timestamp': '2' })
  })

  test('that is not taken comes again later and later', () => {
    expect([1, 2, 3, 20].map(pauseSeconds)).toEqual([2, 4, 8, 4 * 60 * 60])
  })
})

const problems = (setting: typeof webhooksSetting | typeof checksSetting, text: string) =>
  setting.safeParse(text).error?.issues.map(({ message }) => message)

describe('settings', () => {
  test('say whom to tell what', () => {
    const text =
      '[{"url":"https://hooks.example.org/x","kinds":["endpoint-silent"],"secret":"12345678"},{"url":"http://localhost:1"}]'
    expect(webhooksSetting.parse(text)).toEqual([
      { url: 'https://hooks.example.org/x', kinds: ['endpoint-silent'], secret: '12345678' },
      { url: 'http://localhost:1' },
    ])
    expect(webhooksSetting.parse(undefined)).toEqual([])
  })

  test('that cannot be used are refused with the reason', () => {
    expect(problems(webhooksSetting, 'https://hooks.example.org')).toEqual(['is not JSON'])
    expect(problems(webhooksSetting, '[{"url":"http://a"},{"url":"http://a"}]')).toEqual(['has one url twice'])
    expect(problems(webhooksSetting, '[{"url":"http://a","kinds":["endpoint-sleepy"]}]')).toHaveLength(1)
    for (const [setting, name] of [
      [webhooksSetting, ''],
      [checksSetting, '"name":"a",'],
    ] as const)
      expect(problems(setting, `[{${name}"url":"http://me:50%off@a"}]`)).toEqual([
        'has a user or a password that is not percent-encoded',
      ])
    expect(problems(checksSetting, '[{"name":"a","url":"http://a"},{"name":"a","url":"http://b"}]')).toEqual([
      'has one name twice',
    ])
  })
})

const at = (seconds: number) => new Date(seconds * 1_000)

describe('a check', () => {
  const unknown = { passes: null, failures: 0, since: null }

  test('that fails twice has failed, and is told once', () => {
    const first = checkAfter(unknown, 'it answered 503', at(1))
    expect(first).toEqual({ state: { passes: null, failures: 1, since: null }, news: false })
    const second = checkAfter(first.state, 'it answered 503', at(2))
    expect(second).toEqual({ state: { passes: false, failures: 2, since: at(2) }, news: true })
    expect(checkAfter(second.state, 'it answered 503', at(3))).toEqual({
      state: { passes: false, failures: 3, since: at(2) },
      news: false,
    })
  })

  test('that passes again is told, and that it passes from the beginning is not', () => {
    expect(checkAfter({ passes: false, failures: 9, since: at(1) }, undefined, at(4))).toEqual({
      state: { passes: true, failures: 0, since: at(4) },
      news: true,
    })
    expect(checkAfter(unknown, undefined, at(1))).toEqual({ state: { passes: true, failures: 0, since: at(1) }, news: false })
  })

  test('that fails once is a hiccup', () => {
    const passing = { passes: true, failures: 0, since: at(1) }
    const failed = checkAfter(passing, 'no answer', at(2))
    expect(failed).toEqual({ state: { ...passing, failures: 1 }, news: false })
    expect(checkAfter(failed.state, undefined, at(3))).toEqual({ state: passing, news: false })
  })
})
