import { describe, expect, it } from 'vitest';
import { readSettings } from './settings.ts';

describe('the settings of npm start', () => {
  it('make two hosts unless told otherwise', () => {
    expect(readSettings([]).hostCount).toBe(2);
    expect(readSettings(['--simulator', '--hosts', '1000'])).toMatchObject({ wantsSimulator: true, hostCount: 1_000 });
  });

  it.each([
    [['--port', 'http'], '--port must be a whole number from 1 to 65535, not http'],
    [['--hosts', '0'], '--hosts must be a whole number from 1 to 20, not 0'],
    [['--hosts', '21'], '--hosts must be a whole number from 1 to 20, not 21'],
  ])('refuse %j', (argv, message) => {
    expect(() => readSettings(argv)).toThrow(message);
  });

  it('refuse an option that does not exist', () => {
    expect(() => readSettings(['--simulate'])).toThrow("Unknown option '--simulate'");
  });
});
