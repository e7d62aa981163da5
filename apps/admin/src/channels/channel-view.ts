import { maskChannel } from '#engine';
import type { ChannelRecord } from '#storage';

/** What people see of a channel: its config beside its name, credentials masked. It may be written back as it is. */
export function channelView({ name, type, config, createdAt, updatedAt }: ChannelRecord): Record<string, unknown> {
  return { name, type, ...maskChannel({ type, config }), createdAt, updatedAt };
}
