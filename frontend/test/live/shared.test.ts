import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GONE_MS, LINGER_MS, makeHub, type Word } from "../../src/live/hub";
import { ANSWER_MS, followShared, type Heard, type Port, type Said } from "../../src/live/shared";
import { type FarPort, serveTabs } from "../../src/live/worker_core";
import { FakeServer } from "./fake_server";

/** The two ends of a message channel. `cut`: nothing passes any more, as when one end has crashed. */
function portPair(): { near: Port; far: FarPort; cut(): void } {
  let whole = true;
  const near: Port = {
    onmessage: null,
    postMessage: (said: Said) => whole && queueMicrotask(() => far.onmessage?.({ data: said })),
    close: () => {
      whole = false;
    },
  };
  const far: FarPort = {
    onmessage: null,
    postMessage: (heard: Heard) => whole && queueMicrotask(() => near.onmessage?.({ data: heard })),
  };
  return {
    near,
    far,
    cut: () => {
      whole = false;
    },
  };
}

let servers: Map<string, FakeServer>;
let serve: (port: FarPort) => void;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const serverOf = (base: string) => servers.get(base) as FakeServer;

function newWorker(): void {
  serve = serveTabs((base) => makeHub(serverOf(base)));
}

function openTab(base = "http://host/one/") {
  const words: Word[] = [];
  const pairs: ReturnType<typeof portPair>[] = [];
  const hopeless = vi.fn();
  const line = followShared(
    base,
    () => {
      const pair = portPair();
      pairs.push(pair);
      serve(pair.far);
      return pair.near;
    },
    (word) => words.push(word),
    hopeless,
  );
  line.open();
  const counts = () =>
    words.flatMap((word) => (word.kind === "updates" ? word.updates.runs.map((one) => one.snapshots) : []));
  return { line, words, pairs, hopeless, counts };
}

beforeEach(() => {
  vi.useFakeTimers();
  servers = new Map(["http://host/one/", "http://host/two/"].map((base) => [base, new FakeServer()]));
  newWorker();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a tab and the shared worker", () => {
  test("two logdirs behind one address aren't mixed", async () => {
    const one = openTab("http://host/one/");
    const two = openTab("http://host/two/");
    await pass(10);
    serverOf("http://host/one/").write("a", 1);
    serverOf("http://host/two/").write("b", 2);
    await pass(10);
    expect(one.counts()).toEqual([1]);
    expect(two.counts()).toEqual([2]);
  });

  test("an open tab is kept for hours, a hidden one costs nothing and a crashed one is dropped", async () => {
    const server = serverOf("http://host/one/");
    const kept = openTab();
    const hidden = openTab();
    await pass(10);
    hidden.line.close();
    await pass(3600_000);
    expect(server.asked.events).toBe(1);
    server.write("a", 1);
    await pass(10);
    expect(kept.counts()).toEqual([1]);
    expect(hidden.counts()).toEqual([]);
    hidden.line.open();
    await pass(10);
    expect(hidden.counts()).toEqual([1]);
    hidden.line.close();
    kept.pairs[0]?.cut();
    kept.line.close();
    await pass(GONE_MS * 2 + LINGER_MS);
    expect(server.open.size).toBe(0);
  });

  test("a worker that died is replaced", async () => {
    const tab = openTab();
    await pass(10);
    tab.pairs[0]?.cut();
    newWorker();
    serverOf("http://host/one/").write("a", 8);
    await pass(16_000);
    expect(tab.pairs).toHaveLength(2);
    expect(tab.counts()).toEqual([8]);
    expect(tab.hopeless).not.toHaveBeenCalled();
  });

  test("one that never answers, can't be loaded or is forbidden is given up once", async () => {
    serve = () => {};
    const silent = openTab();
    await pass(ANSWER_MS * 3);
    expect(silent.hopeless).toHaveBeenCalledOnce();
    for (const connect of [
      (broken: () => void) => {
        queueMicrotask(broken);
        return portPair().near;
      },
      () => {
        throw new DOMException("no workers here", "SecurityError");
      },
    ]) {
      const hopeless = vi.fn();
      followShared("http://host/one/", connect, () => {}, hopeless).open();
      await pass(ANSWER_MS * 3);
      expect(hopeless).toHaveBeenCalledOnce();
    }
  });
});
