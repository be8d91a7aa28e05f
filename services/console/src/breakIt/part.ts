import type { Router } from '@koa/router'
import { Behaviour } from '@petrel/pages'
import type { Context } from 'koa'
import { z } from 'zod'
import { recorded } from '../actions/action.ts'
import { bodyOf } from '../http/input.ts'
import type { ConsoleContext, Part } from '../part.ts'
import { gateway } from './gateway.ts'
import { localSwitch } from './localSwitch.ts'
import type { FaultSwitch } from './port.ts'
import { topicSwitch } from './topicSwitch.ts'

const faultBody = z.strictObject({ fault: z.string().trim().min(1).max(500).nullable() })

/** Where faults can be switched from this console; undefined where they cannot, as in production. */
export function faultSwitchOf({ settings, broker, prefix }: ConsoleContext): FaultSwitch | undefined {
  const { LOCAL_CONTROL_URL: url, FAULT_TOPIC: topic } = settings
  if (url !== undefined) return localSwitch(url)
  return topic === undefined ? undefined : topicSwitch(topic, broker, prefix)
}

const nameIn = (ctx: Context): string => String(ctx['params']?.service ?? '')

/** "Break it": faults of services and of the gateway, to see what becomes of orders. Without a switch there is nothing at these addresses. */
export function breakItPart(context: ConsoleContext): Part {
  const faults = faultSwitchOf(context)
  if (faults === undefined) return {}
  const { PAYMENT_GATEWAY_URL: url } = context.settings
  const atGateway = url === undefined ? undefined : gateway(url)
  return {
    summary: async () => ({ breakIt: true }),
    routes(router) {
      faultRoutes(router, context, faults, atGateway)
      if (atGateway !== undefined) gatewayRoutes(router, context, atGateway)
      presenceRoutes(router, context, faults)
    },
  }
}

type Gateway = ReturnType<typeof gateway>

function faultRoutes(router: Router, context: ConsoleContext, faults: FaultSwitch, atGateway: Gateway | undefined): void {
  const { access } = context
  router.get('/api/faults', access.requires('reader'), async (ctx) => {
    const [services, behaviour] = await Promise.all([faults.services(), atGateway?.behaviour() ?? null])
    const shown = services.map((service) => ({ ...service, isBroken: service.fault !== null }))
    ctx.body = { how: faults.how, services: shown, gateway: behaviour }
  })
  router.put('/api/faults/:service', access.requires('operator'), async (ctx) => {
    const { fault } = bodyOf(ctx, faultBody)
    const service = nameIn(ctx)
    const switchIt = () => faults.setFault(service, fault, access.of(ctx).user)
    ctx.body = await answer(ctx, context, { what: fault === null ? 'mend' : 'break', selection: { service, fault } }, switchIt)
  })
}

function gatewayRoutes(router: Router, { access, pool }: ConsoleContext, atGateway: Gateway): void {
  router.put('/api/gateway', access.requires('operator'), async (ctx) => {
    const wanted = bodyOf(ctx, Behaviour)
    ctx.body = await recorded(pool, { by: access.of(ctx).user, what: 'gateway', selection: wanted }, async () => ({
      result: await atGateway.behave(wanted),
      detail: 'The gateway behaves as it was told from now on.',
    }))
  })
}

function presenceRoutes(router: Router, context: ConsoleContext, { setPresence }: FaultSwitch): void {
  if (setPresence === undefined) return
  for (const presence of ['start', 'stop'] as const)
    router.post(`/api/services/:service/${presence}`, context.access.requires('operator'), async (ctx) => {
      const service = nameIn(ctx)
      ctx.body = await answer(ctx, context, { what: presence, selection: { service } }, () => setPresence(service, presence))
    })
}

/** Does it, and writes it down. @returns what to tell the person */
const answer = (
  ctx: Context,
  { access, pool }: ConsoleContext,
  action: { readonly what: string; readonly selection: unknown },
  act: () => Promise<string>,
): Promise<{ message: string }> =>
  recorded(pool, { by: access.of(ctx).user, ...action }, async () => {
    const message = await act()
    return { result: { message }, detail: message }
  })
