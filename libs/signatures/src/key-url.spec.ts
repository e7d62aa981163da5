import { describe, expect, it } from '@jest/globals';
import { isAllowedUrl } from './key-url.js';
import { findProvider } from './providers/index.js';

const { scheme } = findProvider('aws-sns')!;
const rule = scheme.kind === 'sns' ? scheme.certificates : { host: '', pathSuffix: '' };

describe('isAllowedUrl', () => {
  it.each([
    'https://sns.us-east-1.amazonaws.com/SimpleNotificationService-1.pem',
    'https://SNS.eu-west-1.amazonaws.com/a/b.pem',
    'https://sns.cn-north-1.amazonaws.com.cn:443/x.pem',
  ])('allows %s', (url) => {
    expect(isAllowedUrl(url, rule)).toBe(true);
  });

  it.each([
    'https://sns.us-east-1.amazonaws.com.evil.tld/x.pem',
    'https://evil/?sns.us-east-1.amazonaws.com/x.pem',
    'https://evil/x.pem?https://sns.us-east-1.amazonaws.com/x.pem',
    'http://169.254.169.254/x.pem',
    'http://sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com:8443/x.pem',
    'https://user@sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com@evil.tld/x.pem',
    'https://evil.tld\\@sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com\\.evil.tld/x.pem',
    'https://sns.us-east-1.amazonaws.com/x.pem#.evil',
    'https://sns.us-east-1.amazonaws.com/x.pem/..',
    'https://sns.us-east-1.amazonaws.com/x.crt?.pem',
    'https://sns.us.amazonaws.com/x.pem',
    'https://snsXus-east-1.amazonaws.com/x.pem',
    'https:sns.us-east-1.amazonaws.com/x.pem',
    '//sns.us-east-1.amazonaws.com/x.pem',
    ' https://sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com/\nx.pem',
    'https://ѕns.us-east-1.amazonaws.com/x.pem',
    'file:///etc/x.pem',
    '',
  ])('refuses %p', (url) => {
    expect(isAllowedUrl(url, rule)).toBe(false);
  });
});
