import { describe, expect, test, vi } from "vitest";
import { loadCloud, wakeLoader } from "../src/store/load_cloud";
import { seekStep } from "../src/store/playback";
import { cloud, loadedCount, loadedVersion, morph, showCloud, step, total } from "../src/store/timeline";
import { EMBEDDING, server, settled, start, tellRuns, useServer } from "./cloud_server";

useServer();

describe("what was true no longer is", () => {
  test("a new basis is read again, from the old picture, at the same step", async () => {
    tellRuns();
    void start(1000);
    await settled();
    Object.assign(server, { version: 2, total: 301 });
    tellRuns();
    wakeLoader();
    await settled();
    expect(cloud.value?.basis.version).toBe(2);
    expect(step.value).toBe(1000);
    expect(loadedCount.value).toBe(301);
    expect(cloud.value?.set.positions(7)?.[5]).toBe(2);
    expect(morph.value?.from[5]).toBe(1);
  });

  test("another projection is eased in from the old picture, at the same step, and only the last one asked for is drawn", async () => {
    tellRuns();
    void start(1000);
    await settled();
    const before = server.asked.length;
    void start(step.value, "last");
    void start(step.value, "clusters");
    await settled();
    expect(new Set(server.asked.slice(before + 1).map((query) => query.get("projection")))).toEqual(
      new Set(["clusters"]),
    );
    expect(cloud.value?.basis.version).toBe(801);
    expect(step.value).toBe(1000);
    expect(loadedCount.value).toBe(300);
    for (let ordinal = 0; ordinal < 300; ordinal++) expect(cloud.value?.set.positions(ordinal)?.[5]).toBe(801);
    expect(morph.value?.from[5]).toBe(1);
  });

  test("a basis that changes between any two replies never stands beside another in one picture", async () => {
    const seen = new Set<string>();
    const unsubscribe = loadedVersion.subscribe(() => {
      const now = cloud.peek();
      const mixed = Array.from({ length: now?.set.total ?? 0 }, (_, t) => now?.set.positions(t)?.[5]);
      for (const version of mixed) if (version !== undefined) seen.add(`${version} of ${now?.basis.version}`);
    });
    for (let changes = 1; changes <= 8; changes++) {
      tellRuns();
      const [asked, version] = [server.asked.length, server.version];
      const answer = globalThis.fetch;
      vi.stubGlobal("fetch", async (url: string) => {
        // The change comes with the n-th reply.
        if (server.asked.length === asked + changes) server.version = version + 1;
        return answer(url);
      });
      void start(500);
      await settled();
      vi.stubGlobal("fetch", answer);
      expect(cloud.value?.set.loaded).toBe(300);
      expect(cloud.value?.basis.version).toBe(server.version);
      server.total = 300;
      showCloud(null, 0, null);
    }
    unsubscribe();
    for (const pair of seen) expect(pair.split(" of ")[0]).toBe(pair.split(" of ")[1]);
    expect(seen.size).toBeGreaterThan(1);
  });

  test("a restart that voided every snapshot clears the picture until there are new ones", async () => {
    tellRuns();
    void start(null);
    await settled();
    Object.assign(server, { generation: 1, total: 0 });
    tellRuns();
    wakeLoader();
    await settled();
    expect(cloud.value).toBeNull();
    Object.assign(server, { total: 3 });
    tellRuns();
    wakeLoader();
    await settled();
    expect(loadedCount.value).toBe(3);
  });

  test("a request that failed is made again, and the cursor stays where it was put", async () => {
    tellRuns();
    let broken = false;
    const answer = globalThis.fetch;
    vi.stubGlobal("fetch", async (url: string) => (broken ? new Response("busy", { status: 503 }) : answer(url)));
    const told: string[] = [];
    void loadCloud("r", EMBEDDING, null, {
      shown: () => told.push("shown"),
      failed: async (error) => {
        told.push((error as Error).message);
        broken = false;
        return true;
      },
    });
    await settled();
    seekStep(1200);
    Object.assign(server, { total: 301 });
    broken = true;
    tellRuns();
    wakeLoader();
    await settled();
    expect(told).toEqual(["shown", "busy", "shown"]);
    expect(step.value).toBe(1200);
    expect(total.value).toBe(301);
  });

  test("a new generation drops everything of the old one", async () => {
    tellRuns();
    void start(null);
    await settled();
    Object.assign(server, { generation: 1, total: 20 });
    tellRuns();
    wakeLoader();
    await settled();
    expect(total.value).toBe(20);
    expect(loadedCount.value).toBe(20);
  });
});
