import type { Context, Middleware, Next } from 'koa';

export interface HealthProbes {
  isDraining(): boolean;
  pingStore(): Promise<void>;
  /** By brand: one brand's directory never takes the process out of rotation, so it is listed and no more. */
  pingDirectories(): Promise<Record<string, 'ok' | 'unavailable'>>;
}

/** `/healthz`: the process is alive. `/readyz`: it may be sent requests (not draining, the store answers). */
export function health(probes: HealthProbes): Middleware {
  return (ctx: Context, next: Next) => {
    if (ctx.path === '/healthz') return answer(ctx, 200, { status: 'ok' });
    return ctx.path === '/readyz' ? answerReadiness(ctx, probes) : next();
  };
}

async function answerReadiness(ctx: Context, probes: HealthProbes): Promise<void> {
  const [store, directories] = await Promise.all([
    probes.pingStore().then(
      () => 'ok',
      () => 'unavailable',
    ),
    probes.pingDirectories(),
  ]);
  const draining = probes.isDraining();
  const ready = store === 'ok' && !draining;
  const status = ready ? 'ok' : draining ? 'draining' : 'unavailable';
  answer(ctx, ready ? 200 : 503, { status, store, directories });
}

function answer(ctx: Context, status: number, body: object): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = body;
}
