import { isUuid, newId } from '#shared';
import { decodeCursor } from '../connection/cursor.js';
import type { Database } from '../connection/database.js';
import { storableText } from '../connection/storable-text.js';
import { toPage } from '../connection/to-page.js';
import type { Page } from '../contract.js';
import type { NewNotification, NotificationRecord, NotificationStore } from './contract.js';

const COLUMNS = 'id, recipient, title, body, created_at, read_at';

// An update that changes nothing, so that what is there already is returned too, also what is committed meanwhile.
const ADD = {
  name: 'add-notifications',
  text: `with given as (select * from unnest($1::uuid[], $2::text[]) with ordinality as g (id, recipient, place)),
    stored as (
      insert into notifications (id, message_key, recipient, title, body)
      select id, $3, recipient, $4, $5 from given order by recipient
      on conflict (message_key, recipient) do update set message_key = excluded.message_key
      returning id, recipient
    )
    select stored.id from given join stored using (recipient) order by given.place`,
};
const LIST = {
  name: 'list-notifications',
  text: `select ${COLUMNS} from notifications
    where ($1::text is null or recipient = $1) and ($2::uuid is null or id < $2) and (not $3 or read_at is null)
    order by id desc limit $4`,
};
const MARK_READ = {
  text: `update notifications set read_at = coalesce(read_at, now()) where id = $1 returning ${COLUMNS}`,
};

interface NotificationRow {
  id: string;
  recipient: string;
  title: string | null;
  body: string;
  created_at: Date;
  read_at: Date | null;
}

export class PgNotificationStore implements NotificationStore {
  constructor(private readonly database: Database) {}

  async add({ messageKey, to, title, text }: NewNotification): Promise<string[]> {
    const recipients = [...new Set(to.map(storableText))];
    if (recipients.length === 0) return [];
    const ids = recipients.map(() => newId());
    const shown = title === null ? null : storableText(title);
    const rows = await this.database.query<{ id: string }>(ADD, [
      ids,
      recipients,
      messageKey,
      shown,
      storableText(text),
    ]);
    return rows.map(({ id }) => id);
  }

  async list({
    to,
    unread,
    limit,
    cursor,
  }: Parameters<NotificationStore['list']>[0]): Promise<Page<NotificationRecord>> {
    const before = decodeCursor(cursor, isUuid);
    const rows = await this.database.query<NotificationRow>(LIST, [to, before, unread, limit + 1]);
    return toPage(rows, limit, toNotificationRecord, ({ id }) => id);
  }

  async markRead(id: string): Promise<NotificationRecord | null> {
    if (!isUuid(id)) return null;
    const [row] = await this.database.query<NotificationRow>(MARK_READ, [id]);
    return row === undefined ? null : toNotificationRecord(row);
  }
}

function toNotificationRecord(row: NotificationRow): NotificationRecord {
  const { id, recipient, title, body, created_at: createdAt, read_at: readAt } = row;
  return { id, to: recipient, title, text: body, createdAt, readAt };
}
