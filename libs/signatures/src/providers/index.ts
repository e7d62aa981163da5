import type { Provider } from '../contract.js';
import { adyen } from './adyen.js';
import { alipay } from './alipay.js';
import { awsSns } from './aws-sns.js';
import { basic } from './basic.js';
import { cloudevents } from './cloudevents.js';
import { discord } from './discord.js';
import { feishu } from './feishu.js';
import { gitea } from './gitea.js';
import { github } from './github.js';
import { gitlabSigning } from './gitlab-signing.js';
import { gitlab } from './gitlab.js';
import { hmac } from './hmac.js';
import { hubspot } from './hubspot.js';
import { jwt } from './jwt.js';
import { line } from './line.js';
import { linear } from './linear.js';
import { notion } from './notion.js';
import { razorpay } from './razorpay.js';
import { rfc9421 } from './rfc9421.js';
import { sendgrid } from './sendgrid.js';
import { shopify } from './shopify.js';
import { slack } from './slack.js';
import { square } from './square.js';
import { standardWebhooks } from './standard-webhooks.js';
import { stripe } from './stripe.js';
import { svix } from './svix.js';
import { token } from './token.js';
import { twilio } from './twilio.js';
import { wechatPay } from './wechat-pay.js';
import { wecom } from './wecom.js';

const all: readonly Provider[] = [
  github,
  gitlab,
  gitlabSigning,
  gitea,
  stripe,
  square,
  razorpay,
  alipay,
  wechatPay,
  shopify,
  hubspot,
  linear,
  notion,
  slack,
  discord,
  twilio,
  sendgrid,
  line,
  wecom,
  feishu,
  standardWebhooks,
  svix,
  cloudevents,
  hmac,
  token,
  basic,
  adyen,
  awsSns,
  jwt,
  rfc9421,
];

/** The registry: every provider, by name. */
export const providers: ReadonlyMap<string, Provider> = new Map(all.map((entry) => [entry.name, entry]));

/** The provider of that name; null when this release has none. */
export function findProvider(name: string): Provider | null {
  return providers.get(name) ?? null;
}

/** Providers as the management API lists them: everything but the test vectors. */
export function providerCatalogue(): Omit<Provider, 'vectors'>[] {
  return [...providers.values()].map(({ vectors: _vectors, ...shown }) => shown);
}
