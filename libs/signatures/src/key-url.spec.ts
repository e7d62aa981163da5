import { describe, expect, it } from '@jest/globals';
import { isAllowedUrl } from './key-url.js';

const rule = { host: 'sns\\.[a-z0-9-]{3,}\\.amazonaws\\.com(?:\\.cn)?', pathSuffix: '.pem' };

describe('isAllowedUrl', () => {
  it.each(['https://sns.us-east-1.amazonaws.com/x.pem', 'https://SNS.us-east-1.amazonaws.com:443/x.pem?a=b'])(
    'lets %s be fetched',
    (url) => {
      expect(isAllowedUrl(url, rule)).toBe(true);
    },
  );

  it.each([
    'http://sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com.evil.tld/x.pem',
    'https://evil/?sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com@evil.tld/x.pem',
    'https://user@sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com:8443/x.pem',
    'https://sns.us-east-1.amazonaws.com/x.pem/y',
    'https://sns.us-east-1.amazonaws.com/?x.pem',
    'https://evil.tld\\@sns.us-east-1.amazonaws.com/x.pem',
    'https://sns.us-east-1.amazonaws.com./x.pem',
    'http://169.254.169.254/x.pem',
    'file:///x.pem',
    'x.pem',
    '',
  ])('T16: lets %j not', (url) => {
    expect(isAllowedUrl(url, rule)).toBe(false);
  });

  it('lets any host of the operator be one where the rule names none', () => {
    expect(isAllowedUrl('https://issuer.example/jwks', { host: null, pathSuffix: '' })).toBe(true);
    expect(isAllowedUrl('http://issuer.example/jwks', { host: null, pathSuffix: '' })).toBe(false);
  });
});
