export { type InMemoryOptions, type InMemorySystem, startInMemory } from './inMemory.ts'
export { type InsertedRow, receive, type Received, type ReceiveOptions, receiveTogether } from './receive.ts'
export { type RequestedTimeout, type SagaReceived, type TestSaga, testSaga } from './testSaga.ts'
