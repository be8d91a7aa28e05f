import { expect, test, vi } from 'vitest'
import { freshClone, stepsOfGuide } from '../support/guide.ts'

// The guide's tools begin from nothing, on whatever else the machine does.
vi.setConfig({ testTimeout: 180_000 })

test('the service that the guide writes passes its test, with at most 15 lines written by hand', async () => {
  const steps = await stepsOfGuide('adding-a-subscriber')
  const itsTest = steps.findIndex(({ text }) => text.includes('vitest run services/fraud-check'))
  expect(steps[0]?.text).toContain('petrel new fraud-check')
  await using clone = await freshClone()
  const [written, said]: [string[], string[]] = [[], []]
  for (const step of steps.slice(0, itsTest + 1)) {
    if (step.file !== undefined) written.push(...(await clone.newLines(step)))
    said.push(await clone.follow(step))
  }
  expect(said.at(-1)).toMatch(/Tests +1 passed/)
  expect(written.length).toBeGreaterThan(0)
  expect(written.length).toBeLessThanOrEqual(15)
})
