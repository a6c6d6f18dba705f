/** The live screen of `iwanto top`: ink draws the lines, keys act on the chosen download. */
import type { Bus } from '@iwanto/bus';
import { reasonOf } from '@iwanto/wire';
import { Box, Text, render, useApp, useInput, useWindowSize } from 'ink';
import { type ReactElement, createElement, useEffect, useState } from 'react';
import { act } from './act.js';
import { type Line, topLines } from './lines.js';
import type { Moment, Watcher } from './model.js';

const LOOK_EVERY_MS = 1_000;

interface Properties {
  readonly bus: Bus;
  readonly first: Moment;
  readonly watcher: Watcher;
}

/** Shows the screen until the user leaves it. In the package this file is apart, so it gets what knows failures. */
export async function showTop(bus: Bus, watcher: Watcher): Promise<void> {
  const first = await watcher.look();
  const app = render(createElement(Top, { bus, first, watcher }), { alternateScreen: true });
  await app.waitUntilExit();
}

function Top({ bus, first, watcher }: Properties): ReactElement {
  const { exit } = useApp();
  const { columns, rows } = useWindowSize();
  const [moment, setMoment] = useState(first);
  const [chosen, setChosen] = useState(0);
  const [message, setMessage] = useState('');
  useLooks(watcher, setMoment, setMessage);
  const last = Math.max(0, moment.downloads.length - 1);
  const at = Math.min(chosen, last);
  useInput((input, key) => {
    if (input === 'q' || key.escape) exit();
    else if (key.upArrow || input === 'k') setChosen(Math.max(0, at - 1));
    else if (key.downArrow || input === 'j') setChosen(Math.min(last, at + 1));
    else
      void act(bus, input, moment.downloads[at]).then(setMessage, (cause) =>
        setMessage(wordsOf(cause)),
      );
  });
  const lines = topLines(moment, { columns, rows, chosen: at, message });
  return createElement(Box, { flexDirection: 'column' }, ...lines.map(drawn));
}

const wordsOf = (cause: unknown): string => reasonOf(cause);

/** Looks again and again, one look after the other. */
function useLooks(
  watcher: Watcher,
  seen: (moment: Moment) => void,
  failed: (message: string) => void,
): void {
  useEffect(() => {
    let timer: NodeJS.Timeout | undefined;
    let isOver = false;
    const look = async () => {
      await watcher.look().then(seen, (cause: unknown) => failed(wordsOf(cause)));
      if (!isOver) timer = setTimeout(() => void look(), LOOK_EVERY_MS);
    };
    timer = setTimeout(() => void look(), LOOK_EVERY_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [watcher]);
}

const LOOKS = {
  title: { bold: true },
  chosen: { inverse: true },
  trouble: { color: 'yellow' },
  faint: { dimColor: true },
} as const;

const drawn = ({ text, look }: Line, at: number): ReactElement =>
  createElement(Text, { key: at, wrap: 'truncate', ...(look && LOOKS[look]) }, text || ' ');
