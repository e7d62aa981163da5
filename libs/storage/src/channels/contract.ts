import type { JsonObject } from '#shared';

/** A notification channel; `config` holds credentials in clear text. */
export interface ChannelRecord {
  name: string;
  type: string;
  config: JsonObject;
  createdAt: Date;
  updatedAt: Date;
}

/** Configs are stored encrypted under the channel's name; a row copied under another name or table does not open. */
export interface ChannelStore {
  /** By name. */
  list(): Promise<ChannelRecord[]>;
  find(name: string): Promise<ChannelRecord | null>;
  /** Creates or replaces. */
  put(channel: Pick<ChannelRecord, 'name' | 'type' | 'config'>): Promise<{ channel: ChannelRecord; created: boolean }>;
  delete(name: string): Promise<boolean>;
}

/** A message of an in-app channel, for one person. */
export interface NotificationRecord {
  /** UUIDv7. */
  id: string;
  to: string;
  title: string | null;
  text: string;
  createdAt: Date;
  readAt: Date | null;
}

export interface NewNotification {
  /** Of the visit that sends it: a second one with it and the same recipient is the first one. */
  messageKey: string;
  to: readonly string[];
  title: string | null;
  text: string;
}

export interface NotificationStore {
  /** One for each distinct recipient; the ids, in their order, also of those that were there already. */
  add(notification: NewNotification): Promise<string[]>;
  /** Newest first. */
  list(filter: {
    to: string | null;
    unread: boolean;
    limit: number;
    cursor: string | null;
  }): Promise<{ items: NotificationRecord[]; nextCursor: string | null }>;
  /** Null when there is none; one that was read keeps its time. */
  markRead(id: string): Promise<NotificationRecord | null>;
}
