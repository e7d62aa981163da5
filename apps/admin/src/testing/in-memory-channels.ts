import { newId } from '#shared';
import type { ChannelRecord, ChannelStore, NotificationRecord, NotificationStore } from '#storage';
import { pageOf } from './page-of.js';

/** Channels without a database. */
export function inMemoryChannels(): ChannelStore {
  const kept = new Map<string, ChannelRecord>();
  return {
    list: async () => [...kept.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    find: async (name) => kept.get(name) ?? null,
    put: async ({ name, type, config }) => {
      const before = kept.get(name);
      const at = new Date();
      const channel = { name, type, config, createdAt: before?.createdAt ?? at, updatedAt: at };
      kept.set(name, channel);
      return { channel, created: before === undefined };
    },
    delete: async (name) => kept.delete(name),
  };
}

/** In-app notifications without a database. */
export function inMemoryNotifications(): NotificationStore {
  const kept: NotificationRecord[] = [];
  return {
    add: async ({ to, title, text }) =>
      to.map((person) => {
        const id = newId();
        kept.unshift({ id, to: person, title, text, createdAt: new Date(), readAt: null });
        return id;
      }),
    list: async ({ to, unread, limit, cursor }) => {
      const rows = kept.filter((row) => (to === null || row.to === to) && !(unread && row.readAt !== null));
      return pageOf(rows, limit, cursor, ({ id }) => id);
    },
    markRead: async (id) => {
      const row = kept.find((candidate) => candidate.id === id);
      if (row) row.readAt ??= new Date();
      return row ?? null;
    },
  };
}
