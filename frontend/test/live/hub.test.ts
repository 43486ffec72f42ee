import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { GONE_MS, type Hub, LINGER_MS, type Listener, makeHub, type Word } from "../../src/live/hub";
import { applyUpdates, notices, otherRuns, runs, setRuns } from "../../src/store/runs";
import { FakeServer } from "./fake_server";

let server: FakeServer;
let hub: Hub;

class FakeTab implements Listener {
  words: Word[] = [];
  tell(word: Word): void {
    this.words.push(word);
  }
  get counts(): number[] {
    return this.words.flatMap((word) => (word.kind === "updates" ? word.updates.runs.map((one) => one.snapshots) : []));
  }
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  hub = makeHub(server);
});

afterEach(() => {
  vi.useRealTimers();
});

async function joined(count: number): Promise<FakeTab[]> {
  const tabs = Array.from({ length: count }, () => new FakeTab());
  for (const tab of tabs) {
    hub.join(tab);
    await pass(20);
  }
  return tabs;
}

describe("tabs on one line", () => {
  test("twelve of them hear each change once, over one stream", async () => {
    const tabs = await joined(12);
    for (let step = 0; step < 10; step++) {
      server.write("a");
      await pass(100);
    }
    for (const tab of tabs) expect(tab.counts).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(server.asked).toEqual({ events: 1, updates: 0 });
  });

  test("one that comes later is told everything at once, without a question to the server", async () => {
    await joined(1);
    server.write("a", 7);
    server.write("b", 2);
    server.write("c", 1);
    server.remove("c");
    await pass(10);
    const late = new FakeTab();
    hub.join(late);
    expect(late.words[0]).toEqual({ kind: "state", state: { kind: "live" } });
    expect(late.words[1]).toMatchObject({ kind: "updates", whole: true });
    expect(late.counts).toEqual([7, 2]);
    expect(server.asked.events).toBe(1);
  });

  test("polling serves them all with one request at a time too", async () => {
    server.events = "refused";
    const tabs = await joined(12);
    server.write("a");
    await pass(300);
    for (const tab of tabs) expect(tab.counts.at(-1)).toBe(1);
    expect(server.asked.updates).toBeLessThan(6);
  });

  test("with the last one hidden the line is closed; shown again, a tab is told everything", async () => {
    const [one, other] = (await joined(2)) as [FakeTab, FakeTab];
    server.write("a", 1);
    hub.leave(one);
    await pass(10_000);
    expect(server.open.size).toBe(1);
    hub.leave(other);
    await pass(LINGER_MS + 10);
    expect(server.open.size).toBe(0);
    server.write("a", 30);
    hub.join(one);
    await pass(20);
    expect(one.counts).toEqual([1, 30]);
    expect(other.counts).toEqual([1]);
  });

  test("changing from one tab to another keeps the line", async () => {
    const [one] = (await joined(1)) as [FakeTab];
    hub.leave(one);
    await joined(1);
    await pass(LINGER_MS * 2);
    expect(server.asked.events).toBe(1);
    expect(server.open.size).toBe(1);
  });

  test("a tab that crashed is dropped, and one that only slept comes back", async () => {
    const [sleeper] = (await joined(1)) as [FakeTab];
    await pass(GONE_MS * 2 + LINGER_MS);
    expect(server.open.size).toBe(0);
    server.write("a", 5);
    hub.here(sleeper);
    await pass(20);
    expect(server.open.size).toBe(1);
    expect(sleeper.counts).toEqual([5]);
  });

  test("a tab that says it is there is kept", async () => {
    const [tab] = (await joined(1)) as [FakeTab];
    for (let secs = 0; secs < 120; secs += 5) {
      await pass(5000);
      hub.here(tab);
    }
    expect(server.asked.events).toBe(1);
    expect(server.open.size).toBe(1);
  });

  test("a new tab makes a lost server be asked at once", async () => {
    await joined(1);
    server.die();
    await pass(30_000);
    server.restart();
    server.write("a", 4);
    const [tab] = (await joined(1)) as [FakeTab];
    expect(tab.counts).toEqual([4, 4]); // by the poll that finds it, and by the stream
    expect(tab.words.at(-1)).toMatchObject({ kind: "updates", whole: true });
  });
});

describe("what keeps the logdir from being read", () => {
  const show = (word: Word) => word.kind === "updates" && applyUpdates(word.updates, word.whole);

  test("is known to each tab, without any run, until it is over", async () => {
    hub.join({ tell: show });
    await pass(20);
    expect(notices.value).toEqual([]);
    server.notice("s3://bucket/runs can't be read: host is down");
    await pass(20);
    expect(runs.value).toEqual([]);
    expect(notices.value).toEqual(["s3://bucket/runs can't be read: host is down"]);
    const [late] = (await joined(1)) as [FakeTab];
    expect(late.words.at(-1)).toMatchObject({ updates: { notices: server.notices } });
    server.notice();
    await pass(20);
    expect(notices.value).toEqual([]);
  });

  test("is nothing where a server says nothing of it", () => {
    const loading = { done: true, bytes_read: 1, bytes_total: 1 };
    setRuns({ runs: [], other_runs: [], notices: ["It is down."], loading, cursor: 1 });
    expect(notices.value).toEqual(["It is down."]);
    applyUpdates(JSON.parse(JSON.stringify({ runs: [], removed: [], other_runs: [], loading, cursor: 2 })), false);
    expect(notices.value).toEqual([]);
  });
});

describe("runs of others", () => {
  test("stay until any comes or goes, and are told to a tab that comes later", async () => {
    hub.join({ tell: (word) => word.kind === "updates" && applyUpdates(word.updates, word.whole) });
    await pass(20);
    server.name("theirs", "more");
    await pass(20);
    server.write("a");
    await pass(20);
    expect(otherRuns.value).toEqual(["theirs", "more"]);
    const [late] = (await joined(1)) as [FakeTab];
    expect(late.words.at(-1)).toMatchObject({ whole: true, updates: { other_runs: ["theirs", "more"] } });
    server.name();
    await pass(20);
    expect(otherRuns.value).toEqual([]);
  });
});

describe("another server in the place of one that ended", () => {
  test("its runs replace those on screen, but only when it has seen all of its logdir", async () => {
    setRuns({
      runs: [],
      other_runs: [],
      notices: [],
      loading: { done: true, bytes_read: 1, bytes_total: 1 },
      cursor: 1,
    });
    hub.join({ tell: (word) => word.kind === "updates" && applyUpdates(word.updates, word.whole) });
    server.write("gone", 1);
    server.write("kept", 1);
    await pass(20);
    const names = () => runs.value.map((info) => info.run);
    expect(names()).toEqual(["gone", "kept"]);
    server.die();
    server.runs.delete("gone");
    server.done = false;
    await pass(5000);
    server.restart();
    await pass(9000);
    expect(names()).toEqual(["gone", "kept"]);
    server.write("new", 1);
    expect(names()).toEqual(["gone", "kept", "new"]);
    server.finishReading();
    expect(names()).toEqual(["kept", "new"]);
  });
});
