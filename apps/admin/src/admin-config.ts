import type { Settings } from '#shared';

/** Base of every webhook URL shown, without a slash at the end. */
export function publicUrl(config: Settings): string {
  return (config.HOOKMILL_PUBLIC_URL ?? `http://localhost:${config.GATEWAY_PORT}`).replace(/\/+$/, '');
}
