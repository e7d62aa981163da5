/** Node types of contract.md 7. A document may name them all; those without a definition are refused as not supported. */
export const DOCUMENTED_NODES: ReadonlySet<string> = new Set(
  `condition multi-conditions loop parallel variable subflow output json-variable-mapping delay end calculation
  date-calculation json-query create update query destroy aggregate sql request script notification mailer response
  response-message manual approval cc llm`.split(/\s+/),
);

/** Signature presets that are named in the documentation and not built yet. */
export const DOCUMENTED_PROVIDERS: ReadonlySet<string> = new Set(
  `gitlab gitlab-signing bitbucket bitbucket-cloud bitbucket-data-center gitea forgejo gogs jira intercom snyk stripe square
  adyen adyen-banking paypal alipay wechat-pay mollie razorpay paddle shopify woocommerce hubspot zendesk linear notion
  typeform docusign box asana airtable trello slack discord twilio sendgrid mailgun zoom meta whatsapp messenger telegram
  line wecom dingtalk-robot dingtalk-event feishu lark standard-webhooks svix openai anthropic clerk resend replicate
  render brex aws-sns microsoft-graph azure-event-grid cloudevents dropbox google-push google-calendar google-drive
  google-pubsub jwt rfc9421 netlify livekit vonage plaid pipedrive bigcommerce`.split(/\s+/),
);
