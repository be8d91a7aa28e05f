import { expect, test } from 'vitest'
import { publicAddress } from './origin.ts'

test.for([
  ['https://git.example/team/petrel.git', 'https://git.example/team/petrel'],
  ['https://ada:secret@git.example/team/petrel', 'https://git.example/team/petrel'],
  ['git@git.example:team/petrel.git', 'https://git.example/team/petrel'],
  ['/home/ada/petrel', undefined],
  ['file:///home/ada/petrel', undefined],
  ['', undefined],
])('an image says where its code is, not whose disk or password it was: %s', ([remote, address]) => {
  expect(publicAddress(remote ?? '')).toBe(address)
})
