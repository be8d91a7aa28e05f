import type { Past } from './prometheusOf.ts'

/** Five minutes of a shop: a blast of orders at half time, which billing works off at its own pace. */
export const aPast: Past = {
  'shop_orders_placed_total{endpoint="client-ui"}': counter((index) => (index < 30 ? 25 : 250)),
  'petrel_messages_handled_total{endpoint="billing",message_type="sales.OrderPlaced"}': counter(() => 50),
  'petrel_messages_handled_total{endpoint="sales",message_type="sales.PlaceOrder"}': counter(() => 50),
  'kafka_consumergroup_lag{consumergroup="billing",topic="sales.order-placed",partition="0"}': gauge((index) =>
    Math.max(0, (index - 30) * 200),
  ),
  'kafka_consumergroup_lag{consumergroup="sales",topic="sales.place-order",partition="0"}': gauge(() => 0),
  'kafka_consumergroup_lag_seconds{consumergroup="billing",topic="sales.order-placed",partition="0"}': gauge((index) =>
    Math.max(0, (index - 30) * 4),
  ),
  'petrel_dead_letters{endpoint_of="billing"}': gauge(() => 3),
  'petrel_dead_letters{endpoint_of="sales"}': gauge(() => 0),
  'petrel_critical_time_seconds_bucket{endpoint="billing",le="0.1"}': counter((index) => (index < 30 ? 50 : 0)),
  'petrel_critical_time_seconds_bucket{endpoint="billing",le="10"}': counter(() => 50),
  'petrel_critical_time_seconds_bucket{endpoint="billing",le="+Inf"}': counter(() => 50),
  'petrel_load_phase{campaign="blast",phase="warm-up"}': gauge((index) => (index < 30 ? 1 : 0)),
  'petrel_load_phase{campaign="blast",phase="blast"}': gauge((index) => (index < 30 ? 0 : 1)),
}

function gauge(at: (index: number) => number): number[] {
  return Array.from({ length: 61 }, (_, index) => at(index))
}

function counter(grownAt: (index: number) => number): number[] {
  let total = 0
  return gauge((index) => (total += grownAt(index)))
}
