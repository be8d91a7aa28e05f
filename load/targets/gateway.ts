/** Tells the payment gateway how many charges a second it takes; null for as many as come. All else it does well. */
export async function limitGateway(gatewayUrl: string, perSecond: number | null): Promise<void> {
  const response = await fetch(new URL('/behaviour', gatewayUrl), {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ requestsPerSecond: perSecond }),
  })
  if (!response.ok)
    throw new Error(`The payment gateway at ${gatewayUrl} does not change: ${response.status} ${await response.text()}`)
}
