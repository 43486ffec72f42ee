import { describe, expect, test, vi } from "vitest";
import { stopLoading, wakeLoader } from "../src/store/load_cloud";
import { following, seekStep } from "../src/store/playback";
import { cloud, loadedCount, place, showCloud, step, total } from "../src/store/timeline";
import { server, settled, start, tellRuns, useServer } from "./cloud_server";

useServer();

describe("loading a cloud", () => {
  test("draws a coarse one first, then has every snapshot at its own place", async () => {
    tellRuns();
    let firstDrawn = 0;
    const unsubscribe = cloud.subscribe((shown) => {
      firstDrawn ||= shown?.set.loaded ?? 0;
    });
    void start(null);
    await settled();
    unsubscribe();
    expect(server.asked[0]?.get("stride")).toBe("5");
    expect(firstDrawn).toBe(61); // each fifth, and the one at the cursor
    expect(step.value).toBe(2990);
    expect(loadedCount.value).toBe(300);
    for (let ordinal = 0; ordinal < 300; ordinal++) {
      expect(cloud.value?.set.knownStep(ordinal)).toBe(ordinal * 10);
      expect(cloud.value?.set.positions(ordinal)?.[0]).toBe(ordinal);
    }
  });

  test("needs few requests for a long run", async () => {
    server.total = 10_000;
    tellRuns();
    void start(null);
    await settled();
    expect(loadedCount.value).toBe(10_000);
    expect(server.asked.length).toBeLessThan(20);
  });

  test("goes on where a reply was cut", async () => {
    server.most = 7;
    tellRuns();
    void start(null);
    await settled();
    expect(loadedCount.value).toBe(300);
    expect(cloud.value?.set.positions(299)?.[0]).toBe(299);
  });

  test("begins at the step asked for, without following the run", async () => {
    tellRuns();
    void start(850);
    await settled();
    expect(step.value).toBe(850);
    expect(following.value).toBe(false);
  });

  test.each([
    ["grow", (t: number) => t * t],
    ["jump", (t: number) => (t < 150 ? t : 100_000 + t * 7)],
  ])("begins at exactly the step asked for where steps %s", async (_, stepOf) => {
    server.stepOf = stepOf;
    for (const asked of [3, 131, 149, 151, 298]) {
      server.asked = [];
      tellRuns();
      const firstPicture = new Promise<void>((drawn) => {
        const unsubscribe = cloud.subscribe((now) => {
          if (!now) return;
          queueMicrotask(() => unsubscribe());
          expect(now.set.has(asked)).toBe(true);
          expect(server.asked.length).toBeLessThanOrEqual(2);
          drawn();
        });
      });
      void start(stepOf(asked));
      await firstPicture;
      expect(step.value).toBe(stepOf(asked));
      await settled();
      expect(step.value).toBe(stepOf(asked));
      expect(loadedCount.value).toBe(300);
      stopLoading();
      showCloud(null, 0, null);
    }
  });

  test("goes to exactly the step that is typed, before anything is loaded there", async () => {
    server.stepOf = (t) => (t < 7003 ? t : 1_000_000 + t * 3);
    server.total = 20_000;
    tellRuns();
    void start(null);
    await vi.waitFor(() => expect(cloud.value).not.toBeNull());
    seekStep(server.stepOf(7003));
    expect(step.value).toBe(server.stepOf(7003));
    await settled();
    expect(step.value).toBe(server.stepOf(7003));
  });

  test("of large snapshots draws fewer first, then gives the run its outline, and what each shows of its variance", async () => {
    // Of 50,000 rows, 0.6 MB each, ten make the first picture and 160 are held.
    server.rows = 50_000;
    tellRuns();
    let firstDrawn = 0;
    const unsubscribe = cloud.subscribe((shown) => {
      firstDrawn ||= shown?.set.loaded ?? 0;
    });
    void start(1234);
    await settled();
    unsubscribe();
    expect(firstDrawn).toBe(11);
    const set = cloud.value?.set;
    for (let ordinal = 0; ordinal < 300; ordinal += 5) expect(set?.has(ordinal)).toBe(true);
    expect(set?.has(123) && set.has(122) && set.has(299)).toBe(true);
    expect(set?.varianceShown(123)).toBeCloseTo(0.123, 6);
    expect(set?.varianceShown(1)).toBeNaN();
    expect(set?.bytes).toBeLessThanOrEqual(96 * 2 ** 20);
  });

  test("leaves what it reads ahead when the cursor goes where nothing is, and reads that first", async () => {
    server.total = 4000;
    server.rows = 5000;
    tellRuns();
    const called: URLSearchParams[] = [];
    const answer = globalThis.fetch;
    let slow = false;
    vi.stubGlobal("fetch", async (url: string, { signal }: { signal: AbortSignal }) => {
      called.push(new URL(url).searchParams);
      // A long reply on its way, until it is given up.
      if (slow) await new Promise((_, stop) => signal.addEventListener("abort", () => stop(new Error("given up"))));
      return answer(url);
    });
    void start(null);
    await vi.waitFor(() => expect(cloud.value).not.toBeNull());
    slow = true;
    await new Promise((resolve) => setTimeout(resolve, 30));
    const set = cloud.value?.set;
    expect(set?.has(520)).toBe(false);
    slow = false;
    const before = called.length;
    seekStep(5200);
    wakeLoader();
    await vi.waitFor(() => expect(set?.has(520)).toBe(true));
    const [from, to] = ["from", "to"].map((name) => Number(called[before]?.get(name)));
    expect(from).toBeLessThanOrEqual(5200);
    expect(to).toBeGreaterThanOrEqual(5200);
    expect((to as number) - (from as number)).toBeLessThanOrEqual(320);
    stopLoading();
  });

  test("asks for nothing once everything is here", async () => {
    tellRuns();
    void start(null);
    await settled();
    const asked = server.asked.length;
    wakeLoader();
    await settled();
    expect(server.asked.length).toBe(asked);
  });
});

describe("a run that grows", () => {
  test("brings only what is newer, and the cursor follows", async () => {
    tellRuns();
    void start(null);
    await settled();
    const asked = server.asked.length;
    server.total = 303;
    tellRuns();
    wakeLoader();
    await settled();
    expect(server.asked.slice(asked).map((query) => query.get("from"))).toEqual(["2991"]);
    expect(total.value).toBe(303);
    await vi.waitFor(() => expect(place.value).toBe(302));
  });

  test("after a long absence is thinned first and then complete", async () => {
    tellRuns();
    void start(null);
    await settled();
    server.total = 3000;
    tellRuns();
    wakeLoader();
    await settled();
    expect(loadedCount.value).toBe(3000);
    for (const ordinal of [299, 300, 1501, 2999]) expect(cloud.value?.set.positions(ordinal)?.[0]).toBe(ordinal);
  });

  test("holds no more snapshots than memory may, however long it is followed, and keeps those at the cursor", async () => {
    // Of 105,000 rows, 1.3 MB each, 79 are held.
    const set = () => cloud.value?.set;
    server.rows = 105_000;
    server.total = 70;
    tellRuns();
    void start(null);
    await settled();
    for (server.total = 71; server.total <= 90; server.total++) {
      tellRuns();
      wakeLoader();
      await settled();
    }
    expect(total.value).toBe(90);
    expect(loadedCount.value).toBe(79);
    expect([0, 88, 89].every((ordinal) => set()?.has(ordinal))).toBe(true);
  });

  test("leaves nothing behind at the signal that ends it, however often it was woken", async () => {
    const added = vi.spyOn(AbortSignal.prototype, "addEventListener");
    const removed = vi.spyOn(AbortSignal.prototype, "removeEventListener");
    tellRuns();
    void start(null);
    await settled();
    for (let woken = 0; woken < 20; woken++) {
      wakeLoader();
      await settled();
    }
    expect(added.mock.calls.length).toBeGreaterThan(20);
    expect(added.mock.calls.length - removed.mock.calls.length).toBeLessThanOrEqual(1);
    vi.restoreAllMocks();
  });

  test("starts with nothing at all, and asks for nothing until there is something", async () => {
    server.total = 0;
    tellRuns();
    void start(null);
    await settled();
    expect(server.asked).toEqual([]);
    server.total = 2;
    tellRuns();
    wakeLoader();
    await settled();
    expect(loadedCount.value).toBe(2);
  });
});
