import type { OfficialProvider } from '../official-provider.js';
import { adyen } from './adyen.js';
import { alipay } from './alipay.js';
import { line, linear, notion, razorpay } from './body-hmacs.js';
import { discord } from './discord.js';
import { feishu } from './feishu.js';
import { github } from './github.js';
import { jwt } from './jwt.js';
import { messageSignatures } from './message-signatures.js';
import { sendgrid } from './sendgrid.js';
import { shopify } from './shopify.js';
import { slack } from './slack.js';
import { sns } from './sns.js';
import { standardWebhooks } from './standard-webhooks.js';
import { stripe } from './stripe.js';
import { twilio } from './twilio.js';
import { hubspot, square } from './url-hmacs.js';
import { wechatPay } from './wechat-pay.js';
import { wecom } from './wecom.js';

/** Every preset beside every package of its provider. */
export const officialProviders: readonly OfficialProvider[] = [
  ...github,
  ...standardWebhooks,
  stripe,
  slack,
  discord,
  twilio,
  line,
  linear,
  notion,
  razorpay,
  shopify,
  square,
  hubspot,
  sendgrid,
  adyen,
  alipay,
  wechatPay,
  ...sns,
  feishu,
  ...wecom,
  ...messageSignatures,
  jwt,
];
