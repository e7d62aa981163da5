import type { OfficialProvider } from '../official-provider.js';
import { line, linear, notion, razorpay } from './body-hmacs.js';
import { discord } from './discord.js';
import { github } from './github.js';
import { sendgrid } from './sendgrid.js';
import { shopify } from './shopify.js';
import { slack } from './slack.js';
import { standardWebhooks } from './standard-webhooks.js';
import { stripe } from './stripe.js';
import { twilio } from './twilio.js';
import { hubspot, square } from './url-hmacs.js';

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
];
