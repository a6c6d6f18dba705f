/** `iwanto events`: everything the services publish, one JSON line each, until Ctrl-C. */
import { type Bus, type FollowableTopic, type Topic, news } from '@iwanto/bus';
import { EXIT } from '@iwanto/service';
import { withBus } from '../ask.js';
import { commandOf } from '../command.js';
import { jsonLine, say } from '../print.js';

const TOPICS = Object.keys(news) as Topic[];

export const command = commandOf({
  options: (words) =>
    words
      .option('only', {
        type: 'string',
        array: true,
        requiresArg: true,
        choices: TOPICS,
        describe: 'Only these events',
      })
      .example('iwanto events', 'Print events here as they happen')
      .example('iwanto events --only want.found | jq .body', 'For scripts')
      .epilogue('The present state comes first. It ends with Ctrl-C or when its output is closed.'),
  run: async ({ only }) => withBus((bus) => stream(bus, only ?? TOPICS)),
});

const hasState = (topic: Topic): topic is FollowableTopic => 'get' in news[topic];

/** Never resolves by itself: the process ends with a signal. */
function stream(bus: Bus, topics: readonly Topic[]): Promise<number> {
  const print = (event: Topic) => (body: unknown) =>
    say(jsonLine({ event, at: new Date().toISOString(), body }));
  for (const topic of topics) {
    if (hasState(topic)) bus.follow(topic, print(topic));
    else bus.subscribe(topic, print(topic));
  }
  // A bus whose services are all away keeps no process alive: the wait does, for those that come.
  const waiting = setInterval(() => undefined, 60_000);
  return new Promise<number>((ended) => {
    process.once('SIGTERM', () => {
      clearInterval(waiting);
      ended(EXIT.done);
    });
  });
}
