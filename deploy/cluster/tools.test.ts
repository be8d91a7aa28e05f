import { expect, test } from 'vitest'
import { checkTools } from './tools.ts'

const allWorkBut =
  (...missing: string[]) =>
  async (name: string) =>
    !missing.includes(name)

test('nothing is said when all tools are there', async () => {
  await expect(checkTools(['docker', 'kind', 'kubectl', 'helm'], allWorkBut())).resolves.toBeUndefined()
})

test('all tools that are missing are named at once, each with a way to get it', async () => {
  const check = checkTools(['docker', 'kind', 'kubectl', 'helm'], allWorkBut('kind', 'helm'))
  await expect(check).rejects.toThrow(/needs kind, helm, which do not run here.\n {2}kind: brew.*\n {2}helm: brew/)
})

test('a Docker that is installed and not started is told apart from one that is missing', async () => {
  await expect(checkTools(['docker'], allWorkBut('docker'))).rejects.toThrow(
    /installed already\? then its daemon does not answer/,
  )
})
