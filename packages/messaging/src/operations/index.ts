export type { Audit, EndpointDefinition, HandledEntry, HandledOutcome, Heartbeat, SagaStep } from '../audit/audit.ts'
export { auditDecoder, type DecodeAudit } from '../audit/auditDecoder.ts'
export { deliveriesIn, type ToldDelivery } from '../audit/deliveries.ts'
export { auditSchema } from '../audit/schema.ts'
export { kafkajsAcls } from '../broker/kafkajs/acls.ts'
export { kafkajsBroker } from '../broker/kafkajs/broker.ts'
export {
  type Broker,
  type BrokerAdmin,
  BrokerUnavailable,
  GroupIsRunning,
  type GroupOverview,
  type OutgoingRecord,
  type Overview,
  type PartitionOverview,
  type Position,
} from '../broker/port.ts'
export { type Fault, faultRecord, faultsIn, faultTopicSpec } from '../faultTopic.ts'
export { milliseconds } from '../definition/duration.ts'
export { avroContentType, ce, failure as failureHeaders, headerText } from '../headers.ts'
export type { MessageIdentity } from '../identity.ts'
export { auditTopic, dltTopic, mainGroup, replayedTopic, retryGroup, retryTopics } from '../naming.ts'
export { silentLog } from '../log.ts'
export { confluentRegistry, registryStatus } from '../registry/confluent.ts'
export { IncompatibleSchema, NotAvro, type Registry, RegistryUnavailable } from '../registry/port.ts'
export { inboxMemory } from '../retention.ts'
export { type ArrayType, arrayOf, GrowingArray } from '../store/postgres/arrays.ts'
export { BinaryWriter } from '../store/postgres/binaryWriter.ts'
export { databaseClient, databasePool } from '../store/postgres/databasePool.ts'
export { isStoreAway } from '../store/postgres/failures.ts'
export { migrate, type MigrationFolder, pendingMigrations, petrelMigrations } from '../store/postgres/migrate.ts'
export { openSession } from '../store/postgres/ownSession.ts'
export { dropDatabase, ensureDatabase, type MadeDatabase, ownerOfDatabase } from '../store/postgres/serviceDatabase.ts'
export { type Acl, aclDrift, type AclDrift, type Acls, aclsOf, applyAcls, type PrincipalOf } from './acls.ts'
export { type AgedLag, type AgedLags, agedLags } from './agedLag.ts'
export { checkDeployed } from './checkDeployed.ts'
export { deploy, deployAll, type Deployment, type DeployReport } from './deploy.ts'
export { findWeakDurability, type WeakDurability } from './durability.ts'
export { CircularSubscription } from './deployOrder.ts'
export { depthIn } from './depth.ts'
export { discard, type DiscardReport, type DiscardRequest } from './discard.ts'
export { erase, type EraseReport, type EraseRequest } from './erase.ts'
export { ownFrame } from './ownFrame.ts'
export { type FailureGroup, groupFailures, groupId, normalised } from './failureGroups.ts'
export { endpointsWithDeadLetters, type Failure, hasOutlivedInbox, listFailures } from './failures.ts'
export type { Infrastructure } from './infrastructure.ts'
export { type Letter, readLetter } from './letters.ts'
export { type Mark, type MarkRecord, readMark } from './marks.ts'
export {
  type LetterToReplay,
  type MarkedLetter,
  markLetters,
  type MarkLettersRequest,
  type RefusedLetter,
  replayLetters,
  type ReplayLettersRequest,
} from './replayLetters.ts'
export { journey, type JourneyPlaces } from './journey.ts'
export { journeyOf, type JourneyStep, type StepKind } from './journeyOf.ts'
export { type FoundKey, keysLike } from './keys.ts'
export { type EndpointLag, type GroupLag, type PartitionLag, readLag } from './lag.ts'
export { NotDeployed, NotMigrated, PartitionCountMismatch } from './notDeployed.ts'
export { type KafkaUser, kafkaUsers, type Operation, type Permission, type Program, type UsersOf } from './permissions.ts'
export { type GroupPlan, type MessagePlan, plan, type Plan, scalingGroup } from './plan.ts'
export { recordsAt } from './recordsAt.ts'
export { membersOf, remove, type RemoveReport, topicsOf } from './remove.ts'
export { publishTaken } from './publishTaken.ts'
export { replay, type ReplayReport, type ReplayRequest } from './replay.ts'
export { type EditedMessage, editedAs, isOfTheBus, type LetterToEdit, replayEdited } from './replayEdited.ts'
export { restore, type RestoreReport, type RestoreRequest } from './restore.ts'
export type { Selected, SelectedDiscarded, Selection, SharedId } from './selection.ts'
export { partitionsWithKey, type SentMessage, sentMessages, type SentRange } from './sentMessages.ts'
export { waitingLetters } from './waitingLetters.ts'
export { planRewind, rewind, type RewindPlan, type RewindRequest, type RewoundTopic } from './rewind.ts'
export { type EndpointTopology, type MessageTopology, topology, type Topology } from './topology.ts'
export { type AvroName, avroNameOf, fullAvroName } from '../avro/names.ts'
export { type AvroCodec, avroCodec } from '../codec/codec.ts'
export type { BrokerRecord, RecordHeaders, Subscription, SubscriptionListener, TopicPartition } from '../broker/port.ts'
