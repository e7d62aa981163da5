import { Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { NotificationRecord } from '#storage';
import { ADMIN_STORAGE } from '../admin-tokens.js';
import type { AdminStorage } from '../admin-storage.js';
import { Requires } from '../auth/requires.decorator.js';
import { Answers, Refuses } from '../http/answers.decorator.js';
import { found } from '../http/api-problem.js';
import { Summary } from '../http/summary.decorator.js';
import { NotificationQuery } from './notification-query.dto.js';

/** The messages of in-app channels. */
@ApiTags('notifications')
@Controller('api/v1/notifications')
export class NotificationsController {
  constructor(@Inject(ADMIN_STORAGE) private readonly storage: AdminStorage) {}

  @Get()
  @Summary('List in-app notifications')
  @Requires('viewer')
  @Answers(200, 'Notifications', 'newest first')
  @Refuses([400, 'a query parameter is not valid'])
  async list(@Query() { to, unread, limit, cursor }: NotificationQuery) {
    const page = await this.storage.notifications.list({ to: to ?? null, unread, limit, cursor: cursor ?? null });
    return { items: page.items.map(notificationView), nextCursor: page.nextCursor };
  }

  @Post(':id/read')
  @Summary('Mark an in-app notification as read')
  @HttpCode(200)
  @Requires('operator')
  @Answers(200, 'Notification', 'read; one that was read before keeps its time')
  @Refuses([404, 'unknown'])
  async read(@Param('id') id: string) {
    return notificationView(found(await this.storage.notifications.markRead(id), 'notification', id));
  }
}

/** Named fields only, so that nothing storage may add later slips out. */
function notificationView({ id, to, title, text, createdAt, readAt }: NotificationRecord): NotificationRecord {
  return { id, to, title, text, createdAt, readAt };
}
