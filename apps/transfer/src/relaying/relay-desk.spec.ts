/** Who is relayed for, and what is reported about it. */
import { expect, test } from '@jest/globals';
import type { NewsBody } from '@iwanto/bus';
import type { PeerId, Ticket } from '@iwanto/wire';
import { Pace } from '../pace.js';
import { RelayDesk } from './relay-desk.js';

const [ANNA, BEN, CARL] = ['aa', 'bb', 'cc'].map((two) => two.repeat(10) as PeerId) as [
  PeerId,
  PeerId,
  PeerId,
];

type Asked = NewsBody<'relay.asked'>;

test('HOSTILE 150: blocked peers are not relayed for, a question counts once, and nothing is while it is turned off', () => {
  const agreed: Ticket[] = [];
  let ask: (asked: Asked) => void = () => undefined;
  const desk = new RelayDesk({
    bus: {
      call: (_: string, { ticket }: { ticket: Ticket }) =>
        Promise.resolve(agreed.push(ticket) && {}),
      subscribe: (_: string, heard: (asked: Asked) => void) => {
        ask = heard;
        return () => undefined;
      },
    } as never,
    config: { relay: true },
    isBlocked: (peer) => peer === CARL,
    pace: new Pace(() => undefined),
    nowMs: () => 0,
    onInfo: () => undefined,
  });
  const asked = (digit: string, caller: PeerId, callee: PeerId) =>
    ask({ caller, callee, line: 'data', ticket: digit.repeat(32) as Ticket });
  asked('1', ANNA, BEN);
  asked('1', ANNA, BEN);
  asked('2', ANNA, CARL);
  asked('3', CARL, BEN);
  desk.reconfigure({ relay: false });
  asked('4', ANNA, BEN);
  expect(desk.view()).toEqual({ isOn: false, connections: 0, bytes: 0 });
  desk.reconfigure({ relay: true });
  asked('1', ANNA, BEN);
  asked('5', ANNA, BEN);
  expect(agreed.map((ticket) => ticket[0])).toEqual(['1', '5']);
  desk.splices.close();
});
