import { describe, expect, it } from '@jest/globals';
import { notify, sentJson } from '../../testing/notify.js';

const url = 'https://chat.example.com/send?key=T0KEN-0123456789';
const OK = [{ body: { errcode: 0, errmsg: 'ok' } }];

describe('a Slack channel', () => {
  it('posts the text, the subject in bold, and hands blocks on', async () => {
    const sent = await notify(
      { type: 'slack', url },
      { text: 'a "b"\nc', subject: 'S', blocks: [{ type: 'divider' }] },
      {
        answers: [{ body: 'ok' }],
      },
    );
    expect(sent.result).toEqual({ ok: true, result: { status: 200, data: 'ok' } });
    expect(sentJson(sent)).toEqual({ text: '*S*\na "b"\nc', blocks: [{ type: 'divider' }] });
    expect(sent.http.sent[0]).toMatchObject({ url, method: 'POST', timeoutMs: 1234 });
  });

  it('is busy with 429, and gone for good with 404', async () => {
    const answers = (status: number, headers = {}) => ({ answers: [{ status, headers, body: 'no_service' }] });
    const busy = await notify({ type: 'slack', url }, { text: 'a' }, answers(429, { 'retry-after': '7' }));
    expect(busy.result).toMatchObject({ ok: false, code: 'http_status', wasSent: false, retryAfterMs: 7000 });
    expect(busy.result).not.toHaveProperty('permanent');
    const gone = await notify({ type: 'slack', url }, { text: 'a' }, answers(404));
    expect(gone.result).toMatchObject({ ok: false, wasSent: false, permanent: true });
    expect(gone.result).toMatchObject({ message: 'The channel answered 404: no_service' });
  });
});

describe('a WeCom robot', () => {
  it('is sent text, with whom to mention', async () => {
    const sent = await notify({ type: 'wecom', url }, { text: 'T', to: ['@all'] }, { answers: OK });
    expect(sent.result).toEqual({ ok: true, result: { status: 200, data: { errcode: 0, errmsg: 'ok' } } });
    expect(sentJson(sent)).toEqual({ msgtype: 'text', text: { content: 'T', mentioned_list: ['@all'] } });
  });

  it.each([
    [93000, true],
    [45009, false],
    [-1, false],
  ])('that answers 200 with errcode %i failed', async (errcode, permanent) => {
    const { result } = await notify(
      { type: 'wecom', url },
      { text: 'T' },
      { answers: [{ body: { errcode, errmsg: 'no' } }] },
    );
    expect(result).toMatchObject({ ok: false, code: 'channel_refused', message: `The robot answered ${errcode}: no` });
    expect(result).toMatchObject({ wasSent: false });
    expect('permanent' in result).toBe(permanent);
  });

  it('that says nothing readable did not work', async () => {
    const { result } = await notify({ type: 'wecom', url }, { text: 'T' }, { answers: [{ body: '<html>' }] });
    expect(result).toMatchObject({ ok: false, code: 'channel_refused' });
  });
});

describe('a DingTalk robot', () => {
  it('signs as its manual says', async () => {
    const sent = await notify({ type: 'dingtalk', url, secret: 'SECret' }, { text: 'T', to: ['139'] }, { answers: OK });
    const called = new URL(sent.http.sent[0]!.url);
    expect(called.searchParams.get('timestamp')).toBe('1700000000000');
    expect(called.searchParams.get('sign')).toBe('F55vlsAdc0a3mVDx/8L2Nr6l+p28jgN7eSHFXdvW9I4=');
    expect(called.searchParams.get('key')).toBe('T0KEN-0123456789');
    expect(sentJson(sent)).toEqual({ msgtype: 'text', text: { content: 'T' }, at: { atMobiles: ['139'] } });
  });

  it('is sent Markdown when there is a subject, and no signature without a secret', async () => {
    const sent = await notify({ type: 'dingtalk', url }, { text: 'T', subject: 'S' }, { answers: OK });
    expect(sentJson(sent)).toMatchObject({ msgtype: 'markdown', markdown: { title: 'S', text: '### S\n\nT' } });
    expect(sent.http.sent[0]!.url).toBe(url);
  });

  it('fails with its errcode', async () => {
    const answers = [{ body: { errcode: 310000, errmsg: 'sign not match' } }];
    const { result } = await notify({ type: 'dingtalk', url }, { text: 'T' }, { answers });
    expect(result).toMatchObject({ ok: false, message: 'The robot answered 310000: sign not match', permanent: true });
  });
});

describe('a Feishu robot', () => {
  it('signs with time and secret as key', async () => {
    const answers = [{ body: { code: 0, msg: 'success' } }];
    const sent = await notify({ type: 'feishu', url, secret: 'demo' }, { text: 'T', subject: 'S' }, { answers });
    expect(sent.result).toMatchObject({ ok: true });
    expect(sentJson(sent)).toEqual({
      // printf '' | openssl dgst -sha256 -hmac $'1700000000\ndemo' -binary | base64
      sign: '8oT2n3SMKFfEnDoiwer8BUM/SjKLwe9SqoEIHlhDTKo=',
      timestamp: '1700000000',
      msg_type: 'text',
      content: { text: 'S\nT' },
    });
  });

  it('worked in older answers too, and failed with any other code', async () => {
    const old = await notify({ type: 'feishu', url }, { text: 'T' }, { answers: [{ body: { StatusCode: 0 } }] });
    expect(old.result).toMatchObject({ ok: true });
    const answers = [{ body: { code: 19021, msg: 'sign match fail' } }];
    const { result } = await notify({ type: 'feishu', url }, { text: 'T' }, { answers });
    expect(result).toMatchObject({ ok: false, message: 'The robot answered 19021: sign match fail', permanent: true });
  });
});
