/** What a link carries of search, filters, groups and choice. */

import type { Signal } from "@preact/signals";
import { LONGEST_NAME, readGroups, writeGroups } from "../words/groups_memory";
import { escaped, readTokens, type Tokens, unescaped, writeTokens } from "../words/token_sets";
import { chooseNothing, chooseTokens, chosenTokens } from "./chosen";
import { endIsolation, hiddenClasses, isolate, isolated } from "./filters";
import { awaitGroups, groups } from "./groups";
import type { LinkPart } from "./link";
import { embeddingPath } from "./runs";
import { matchCase, query, regex, setQuery } from "./search";

const MOST_TEXT = 300;
/** An address longer than this is cut off somewhere on its way: rather no tokens than some of them. */
const MOST_TOKENS = 2000;
const MOST_CLASSES = 64;

/** linked: the path of the embedding that the link is of; ids of that one are written without it. */
export function choiceParts(linked: () => string): readonly LinkPart[] {
  return [
    {
      key: "search",
      read: () => (query.value === "" ? undefined : query.value.slice(0, MOST_TEXT)),
      write: (text) => setQuery(text.slice(0, MOST_TEXT)),
      clear: () => setQuery(""),
    },
    switchPart("regex", regex),
    switchPart("case", matchCase),
    {
      key: "hidden",
      read: () => [...hiddenClasses.value].sort().map(escaped).join(";") || undefined,
      write: (text) => {
        hiddenClasses.value = new Set(text.split(";", MOST_CLASSES).map(unescaped).filter(Boolean));
      },
      clear: () => {
        hiddenClasses.value = new Set();
      },
    },
    {
      key: "groups",
      read: () => writeGroups(groups.value, embeddingPath.value ?? "") || undefined,
      write: (text) => awaitGroups(readGroups(text, linked())),
    },
    {
      key: "chosen",
      read: () => written(chosenTokens.value),
      write: (text) => chooseTokens(readTokens(text, linked())),
      clear: chooseNothing,
    },
    {
      key: "isolated",
      read: () => {
        const now = isolated.value;
        const tokens = now && written(now.tokens);
        return tokens ? `${escaped(now.name ?? "")}~${tokens}` : undefined;
      },
      write: (text) => {
        const at = text.indexOf("~");
        if (at < 0) return;
        isolate(readTokens(text.slice(at + 1), linked()), unescaped(text.slice(0, at)).slice(0, LONGEST_NAME) || null);
      },
      clear: endIsolation,
    },
  ];
}

function written(tokens: Tokens): string | undefined {
  const text = writeTokens(tokens, embeddingPath.value ?? "");
  return text !== "" && text.length <= MOST_TOKENS ? text : undefined;
}

function switchPart(key: string, held: Signal<boolean>): LinkPart {
  return {
    key,
    read: () => (held.value ? "on" : undefined),
    write: (text) => {
      held.value = text === "on";
    },
    clear: () => {
      held.value = false;
    },
  };
}
