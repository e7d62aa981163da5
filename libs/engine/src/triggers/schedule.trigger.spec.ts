import { describe, expect, it } from '@jest/globals';
import { bindingOf, triggerFaults } from '../testing/trigger-faults.js';

const faults = (trigger: object) => triggerFaults({ type: 'schedule', ...trigger });
const dateField = { collection: 'orders', field: 'dueOn' };

describe('the schedule trigger', () => {
  it.each<[string, object, string[]]>([
    ['no time at all', {}, ['/trigger/repeat missing']],
    ['a pattern that is none', { repeat: 'daily' }, ['/trigger/repeat syntax']],
    ['a pattern with years', { repeat: '0 0 9 * * * 2030' }, ['/trigger/repeat syntax']],
    ['a day that never comes', { repeat: '0 0 31 2 *' }, ['/trigger/repeat syntax']],
    ['a step of nothing', { repeat: 'every 0m' }, ['/trigger/repeat syntax']],
    ['a step of years', { repeat: 'every 60w' }, ['/trigger/repeat syntax']],
    ['an unknown zone', { repeat: '0 9 * * *', timeZone: 'Mars/Olympus' }, ['/trigger/timeZone invalid']],
    ['a start that is no time', { startsOn: 'tomorrow' }, ['/trigger/startsOn invalid']],
    ['a start without a zone', { startsOn: '2026-01-01T09:00:00' }, ['/trigger/startsOn invalid']],
    [
      'an end before the start',
      { startsOn: '2026-02-01T00:00:00Z', endsOn: '2026-01-01T00:00:00Z' },
      ['/trigger/endsOn invalid'],
    ],
    ['a limit of none', { repeat: 'every 1h', limit: 0 }, ['/trigger/limit invalid']],
    ['another way to catch up', { repeat: 'every 1h', catchUp: 'all' }, ['/trigger/catchUp invalid']],
    ['sync', { repeat: 'every 1h', mode: 'sync' }, ['/trigger/mode invalid']],
    ['two sources of times', { dateField, repeat: 'every 1h' }, ['/trigger/repeat invalid']],
    ['an offset that is none', { dateField: { ...dateField, offset: 'soon' } }, ['/trigger/dateField/offset invalid']],
    ['an offset of ages', { dateField: { ...dateField, offset: '99999d' } }, ['/trigger/dateField/offset limit']],
    ['a date without a field', { dateField: { collection: 'orders' } }, ['/trigger/dateField/field missing']],
  ])('refuses %s', (_what, trigger, expected) => {
    expect(faults(trigger)).toEqual(expected);
  });

  it('is indexed with its plan, units worked out', () => {
    expect(bindingOf({ type: 'schedule', repeat: 'every 15m', limit: 3 })).toEqual({
      kind: 'schedule',
      collection: null,
      events: [],
      isGlobal: true,
      config: {
        type: 'schedule',
        mode: 'async',
        plan: { kind: 'static', startsOn: null, repeat: { everyMs: 900_000 }, timeZone: 'UTC', endsOn: null },
        limit: 3,
        catchUp: 'last',
      },
    });
  });

  it('is indexed by the collection whose dates it watches', () => {
    const before = { ...dateField, offset: '2d', when: 'before' };
    expect(bindingOf({ type: 'schedule', dateField: before })).toMatchObject({
      collection: 'orders',
      config: {
        plan: { kind: 'dateField', collection: 'orders', field: 'dueOn', offsetMs: -172_800_000 },
        limit: null,
      },
    });
    expect(bindingOf({ type: 'schedule', dateField })).toMatchObject({ config: { plan: { offsetMs: 0 } } });
  });
});
