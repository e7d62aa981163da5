import { describe, expect, it } from '@jest/globals';
import { channelTypes } from '#engine';
import { channels } from './index.js';

describe('the registry of channels', () => {
  it('can send over every type that is offered, and no other', () => {
    expect([...channels.keys()]).toEqual(channelTypes.map(({ type }) => type));
  });
});
