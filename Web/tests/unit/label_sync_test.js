import { APIError } from "../../core/api.js";
import { AnnotationStore } from "../../annotations/store.js";
import { LabelSync } from "../../annotations/sync.js";
import { annotation } from "./annotation.js";
import { assert, assertEquals } from "./assert.js";

/** @import { Annotation, Draft } from "../../annotations/types.d.ts" */
/** @import { Clash } from "../../annotations/types.d.ts" */

/** @type {any} */
const set = { id: "set", project: "CHEST", name: "Lungs", version: 0, tags: [] };
const [a, b, c] = [annotation("a"), annotation("b"), annotation("c")];
const ids = (/** @type {readonly Annotation[]} */ list) => list.map(({ id }) => id).sort().join(" ");

/** The server's side of the surface, in memory, shared by several people. */
class Server {
    /** @type {{ author: string, annotations: Annotation[] }[]} */
    versions = [{ author: "", annotations: [] }];
    /** @type {Map<string, Draft>} */
    drafts = new Map();
    /** @type {string[]} */
    log = [];
    down = false;

    get version() {
        return this.versions.length - 1;
    }

    /** @param {string} who */
    as(who) {
        const check = (/** @type {string} */ what) => {
            this.log.push(`${who} ${what}`);
            if (this.down) throw new APIError({ status: 0 });
        };
        const stale = (/** @type {string} */ ifMatch) => {
            if (ifMatch !== `"${this.version}"`) throw new APIError({ status: 412, code: "stale" });
        };
        /** @param {Annotation[]} annotations */
        const commit = (annotations) => {
            this.versions.push({ author: who, annotations });
            this.drafts.delete(who);
            const labels = { labelSet: "set", study: "2.25.9", version: this.version, author: who, annotations };
            return { labels, etag: `"${this.version}"` };
        };
        /** @type {import("../../annotations/api.js").StudyLabelAPI} */
        const api = {
            study: (_set, study, at) => {
                check("study");
                const version = at === undefined ? this.version : Number(at);
                const { author, annotations } = this.versions[version] ?? { author: "", annotations: [] };
                const labels = { labelSet: "set", study, version, author, annotations: structuredClone(annotations) };
                return Promise.resolve({ labels, etag: `"${version}"` });
            },
            save: async (_set, _study, ifMatch, _message, annotations) => {
                check("save");
                await Promise.resolve();
                stale(ifMatch);
                return commit(structuredClone([...annotations]));
            },
            restore: async (_set, _study, ifMatch, version) => {
                check("restore");
                await Promise.resolve();
                stale(ifMatch);
                return commit(this.versions[version]?.annotations ?? []);
            },
            draft: () => {
                check("draft");
                return Promise.resolve(this.drafts.get(who) ?? null);
            },
            keepDraft: async (_set, _study, base, annotations) => {
                check("keepDraft");
                await Promise.resolve();
                const savedAt = new Date(this.log.length * 1000).toISOString();
                this.drafts.set(who, { base, savedAt, annotations: structuredClone([...annotations]) });
            },
            dropDraft: async () => {
                check("dropDraft");
                await Promise.resolve();
                this.drafts.delete(who);
            },
        };
        return api;
    }
}

const storage = () => {
    const map = new Map();
    return {
        getItem: (/** @type {string} */ key) => map.get(key) ?? null,
        setItem: (/** @type {string} */ key, /** @type {string} */ value) => void map.set(key, value),
    };
};

/** @param {Server} server @param {string} who @param {{ storage?: any, writes?: boolean }} [options] */
async function person(server, who, { storage = null, writes = true } = {}) {
    const store = new AnnotationStore("2.25.9");
    const sync = new LabelSync(store, server.as(who), { delay: 5, storage });
    /** @type {Clash[]} */
    const clashes = [];
    sync.addEventListener("clash", (event) => event instanceof CustomEvent && clashes.push(event.detail));
    await sync.open(set, writes);
    return { store, sync, clashes };
}

const pause = (milliseconds = 25) => new Promise((resolve) => setTimeout(resolve, milliseconds));

Deno.test("a change keeps itself as a draft, and is there again after a reload", async () => {
    const server = new Server();
    const { store, sync } = await person(server, "anna");
    assertEquals(sync.state, "saved");
    store.add(a);
    assertEquals(sync.state, "changed");
    await pause();
    assertEquals(sync.state, "draft");
    assertEquals(ids(server.drafts.get("anna")?.annotations ?? []), "a");
    const again = await person(server, "anna");
    assertEquals([ids(again.store.list), again.sync.state, again.sync.found?.kind], ["a", "draft", "restored"]);
    const other = await person(server, "ben");
    assertEquals([ids(other.store.list), other.sync.state], ["", "saved"]);
});

Deno.test("a row of changes is one request, and going back to what is saved takes the draft away", async () => {
    const server = new Server();
    const { store, sync } = await person(server, "anna");
    store.add(a);
    store.add(b);
    await pause();
    assertEquals(server.log.filter((line) => line === "anna keepDraft").length, 1);
    store.undo();
    store.undo();
    await pause();
    assertEquals([server.drafts.size, sync.state], [0, "saved"]);
});

Deno.test("saving makes a version; the draft goes; figures of the server come along", async () => {
    const server = new Server();
    const { store, sync } = await person(server, "anna");
    store.add(a);
    const saving = sync.save("first");
    assertEquals(sync.state, "saving");
    await saving;
    assertEquals([server.version, sync.version, sync.state, sync.isDirty], [1, 1, "saved", false]);
    await pause();
    assertEquals(server.drafts.size, 0);
});

Deno.test("what changes while a version is being saved is not lost", async () => {
    const server = new Server();
    const { store, sync } = await person(server, "anna");
    store.add(a);
    const saving = sync.save("first");
    await Promise.resolve();
    store.add(b);
    await saving;
    assertEquals([ids(server.versions[1]?.annotations ?? []), sync.state], ["a", "changed"]);
    await pause();
    assertEquals([ids(server.drafts.get("anna")?.annotations ?? []), sync.state], ["a b", "draft"]);
});

Deno.test("a draft never arrives after the version that replaces it", async () => {
    const server = new Server();
    const { store, sync } = await person(server, "anna");
    store.add(a);
    await pause(7);
    await sync.save("first");
    await pause();
    assertEquals([server.version, server.drafts.size], [1, 0]);
});

Deno.test("somebody was faster: both keeps everybody's work", async () => {
    const server = new Server();
    const anna = await person(server, "anna");
    anna.store.add(a);
    anna.store.add(b);
    await anna.sync.save("first");
    const ben = await person(server, "ben");
    anna.store.change("a", { label: "Normal" });
    await anna.sync.save("second");
    ben.store.change("a", { label: "Artefact" });
    ben.store.change("b", { note: "seen" });
    ben.store.add(c);
    await ben.sync.save("mine");
    assertEquals([ben.sync.state, ben.clashes.length, server.version], ["trouble", 1, 2]);
    assertEquals(ids(server.drafts.get("ben")?.annotations ?? []), "a b c");
    const [clash] = ben.clashes;
    assert(clash, "a clash");
    if (!clash) return;
    assertEquals(clash.conflicts.map(({ id }) => id), ["a"]);
    await ben.sync.resolve(clash, "both");
    assertEquals([server.version, ben.sync.state], [3, "saved"]);
    const labels = server.versions[3]?.annotations.map(({ label, note }) => label + note).sort();
    assertEquals(labels, ["Artefact", "Finding", "Findingseen", "Normal"]);
    ben.store.undo();
    assertEquals(ids(ben.store.list), "a b c");
});

Deno.test("mine replaces theirs as a new version, and theirs stays in the history", async () => {
    const server = new Server();
    const [anna, ben] = [await person(server, "anna"), await person(server, "ben")];
    anna.store.add(a);
    await anna.sync.save("");
    ben.store.add(b);
    await ben.sync.save("");
    const [clash] = ben.clashes;
    if (clash) await ben.sync.resolve(clash, "mine");
    assertEquals(server.versions.map(({ annotations }) => ids(annotations)), ["", "a", "b"]);
});

Deno.test("theirs is taken, and mine stays in the draft until it is brought back", async () => {
    const server = new Server();
    const shelf = storage();
    const anna = await person(server, "anna");
    const ben = await person(server, "ben", { storage: shelf });
    anna.store.add(a);
    await anna.sync.save("");
    ben.store.add(b);
    await ben.sync.save("");
    const [clash] = ben.clashes;
    if (clash) await ben.sync.resolve(clash, "theirs");
    assertEquals([ids(ben.store.list), ben.sync.state, ben.sync.isDirty], ["a", "saved", false]);
    assertEquals(ids(server.drafts.get("ben")?.annotations ?? []), "b");
    ben.store.undo();
    assertEquals(ids(ben.store.list), "b");
    const again = await person(server, "ben", { storage: shelf });
    assertEquals([ids(again.store.list), again.sync.found?.kind], ["a", "aside"]);
    again.sync.bringBack();
    assertEquals(ids(again.store.list), "a b");
});

Deno.test("a draft from before somebody saved is put on top of what they saved", async () => {
    const server = new Server();
    const anna = await person(server, "anna");
    anna.store.add(a);
    anna.store.add(b);
    await anna.sync.save("");
    const ben = await person(server, "ben");
    ben.store.remove("b");
    ben.store.add(c);
    await pause();
    anna.store.change("a", { note: "new" });
    await anna.sync.save("");
    const again = await person(server, "ben");
    assertEquals([ids(again.store.list), again.sync.found?.kind], ["a c", "merged"]);
    assertEquals(again.store.find("a")?.note, "new");
    again.sync.discard();
    assertEquals(ids(again.store.list), "a b");
    await pause();
    assertEquals(server.drafts.has("ben"), false);
});

Deno.test("while the server can't be reached everything stays, and is kept when it is back", async () => {
    const server = new Server();
    const { store, sync } = await person(server, "anna");
    server.down = true;
    store.add(a);
    await pause();
    assertEquals(sync.state, "trouble");
    assert(/can't be reached/.test(sync.trouble), sync.trouble);
    await sync.save("first");
    assertEquals([sync.state, ids(store.list)], ["trouble", "a"]);
    server.down = false;
    await sync.save("first");
    assertEquals([sync.state, server.version], ["saved", 1]);
    await sync.close();
});

Deno.test("a shape without a label is not sent but shown", async () => {
    const server = new Server();
    const { store, sync } = await person(server, "anna");
    store.add(annotation("x", { label: "" }));
    store.select(null);
    await sync.save("first");
    assertEquals([sync.state, store.selected?.id, server.version], ["trouble", "x", 0]);
    await sync.close();
});

Deno.test("who may only look changes nothing, and measures beside it", async () => {
    const server = new Server();
    const anna = await person(server, "anna");
    anna.store.add(a);
    await anna.sync.save("");
    const ben = await person(server, "ben", { writes: false });
    assertEquals([ben.sync.state, ids(ben.store.list)], ["readOnly", "a"]);
    ben.store.change("a", { label: "Normal" });
    ben.store.remove("a");
    assertEquals(ben.store.find("a")?.label, "Finding");
    ben.store.add(b);
    await pause();
    await ben.sync.save("x");
    assertEquals([ben.sync.state, server.version, server.drafts.size], ["readOnly", 1, 0]);
    await ben.sync.close();
    assertEquals(ids(ben.store.list), "b");
    assert(!server.log.some((line) => /^ben (save|keepDraft|draft)/.test(line)), "nothing sent");
});

Deno.test("what was measured before a label set was open goes into it", async () => {
    const server = new Server();
    const store = new AnnotationStore("2.25.9");
    const sync = new LabelSync(store, server.as("anna"), { delay: 5 });
    store.add(a);
    await sync.open(set, true);
    assertEquals([ids(store.list), sync.isDirty], ["a", true]);
    await pause();
    assertEquals(ids(server.drafts.get("anna")?.annotations ?? []), "a");
});

Deno.test("restoring makes a new version; who was faster is looked at first", async () => {
    const server = new Server();
    const anna = await person(server, "anna");
    anna.store.add(a);
    await anna.sync.save("");
    anna.store.remove("a");
    await anna.sync.save("");
    const ben = await person(server, "ben");
    await anna.sync.restore(1, "back");
    assertEquals([server.version, ids(anna.store.list), anna.sync.state], [3, "a", "saved"]);
    await ben.sync.restore(0, "empty");
    assertEquals([server.version, ids(ben.store.list), ben.sync.state], [3, "a", "trouble"]);
    await ben.sync.restore(0, "empty");
    assertEquals([server.version, ids(ben.store.list)], [4, ""]);
});

Deno.test("leaving the page sends what is not kept yet, at once", async () => {
    const server = new Server();
    const { store, sync } = await person(server, "anna");
    sync.leave();
    assertEquals(server.log.includes("anna keepDraft"), false);
    store.add(a);
    sync.leave();
    assertEquals(server.log.at(-1), "anna keepDraft");
    await pause();
    assertEquals(sync.state, "draft");
});

Deno.test("leaving the study keeps the draft before the study is opened again", async () => {
    const server = new Server();
    const { store, sync } = await person(server, "anna");
    store.add(a);
    sync.retire();
    const again = await person(server, "anna");
    assertEquals([ids(again.store.list), again.sync.found?.kind], ["a", "restored"]);
});
