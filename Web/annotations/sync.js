/**
 * A study's annotations in a label set of the server: loading, drafts that keep themselves, saving as a version, and
 * what to do when somebody else was faster. Nothing is ever lost: what is not saved is in the draft or on the screen.
 */

import { APIError, messageOf } from "../core/api.js";
import { asideKey, asideMark, contentAt, withDraft } from "./drafts.js";
import { mergeAnnotations } from "./merge.js";
import { needsLabel, sameAnnotations } from "./model.js";

/** @import { StudyLabelAPI } from "./api.js" */
/** @import { AnnotationStore } from "./store.js" */
/** @import { Annotation, Clash, FoundDraft, LabelSet, StudyLabels, SyncState } from "./types.d.ts" */

const draftDelay = 1500;
const retryDelay = 5000;

/** Last requests of studies that were left. @type {Map<string, Promise<unknown>>} */
const leaving = new Map();

/**
 * Dispatches `state` when the words for it may have changed, and `clash` (detail: Clash) when somebody was faster.
 */
export class LabelSync extends EventTarget {
    /** @type {LabelSet | null} */
    set = null;
    /** @type {SyncState} */
    state = "none";
    trouble = "";
    /** The version that the list is based on; 0 where nothing was saved yet. */
    version = 0;
    /** When the draft was kept last. */
    keptAt = "";
    /** @type {FoundDraft | null} */
    found = null;
    /** @type {StudyLabels | null} */
    saved = null;

    #etag = "";
    /** @type {readonly Annotation[]} */
    #base = [];
    /** What the draft on the server holds; null where there is none. @type {readonly Annotation[] | null} */
    #drafted = null;
    #timer = 0;
    /** One request after the other: a draft must not arrive after the version that replaces it. @type {Promise<unknown>} */
    #last = Promise.resolve();
    #turn = 0;
    #writes = false;
    #retired = false;

    /**
     * @param {AnnotationStore} store
     * @param {StudyLabelAPI} api
     * @param {{ delay?: number, storage?: Pick<Storage, "getItem" | "setItem"> | null }} [options]
     */
    constructor(store, api, { delay = draftDelay, storage = null } = {}) {
        super();
        this.store = store;
        this.api = api;
        this.delay = delay;
        this.storage = storage;
        store.addEventListener("edit", () => this.#edited());
    }

    /** Whether there is something that is in no version yet. */
    get isDirty() {
        return this.set !== null && this.#writes && !sameAnnotations(this.#base, this.store.list);
    }

    get base() {
        return this.#base;
    }

    /**
     * Opens a label set for this study. What was drawn before one was open is added to it.
     * @param {LabelSet} set
     * @param {boolean} writes whether this person may save in it
     */
    async open(set, writes) {
        const turn = ++this.#turn;
        // What was only on this screen goes along; what belongs to another label set does not.
        const unkept = this.#onScreenOnly();
        await this.#flush();
        await leaving.get(this.store.study);
        this.set = null;
        this.#state("loading");
        try {
            const study = this.store.study;
            const present = await this.api.study(set.id, study);
            const draft = writes ? await this.api.draft(set.id, study) : null;
            const old = draft && draft.base !== present.etag
                ? await contentAt(this.api, set.id, study, draft.base)
                : null;
            if (turn !== this.#turn) return;
            this.#writes = writes;
            this.set = set;
            this.#take(present.labels, present.etag);
            this.#drafted = draft?.annotations ?? null;
            /** @type {readonly Annotation[]} */
            let list = present.labels.annotations;
            if (draft) {
                const isAside = this.storage?.getItem(asideKey) === asideMark(set.id, study, draft.savedAt);
                this.keptAt = draft.savedAt;
                ({ list, found: this.found } = withDraft(draft, present.labels, old, isAside));
            }
            this.#state("loading");
            this.store.reset([...list, ...unkept], writes ? [] : list);
        } catch (error) {
            if (turn !== this.#turn) return;
            this.#fail(messageOf(error));
        }
    }

    /** What belongs to no label set: drawn before one was open, or beside one that may only be looked at. */
    #onScreenOnly() {
        if (this.set === null) return this.store.list;
        return this.#writes ? [] : this.store.list.filter(({ id }) => this.store.mayChange(id));
    }

    /** Leaves the label set. What belongs to none stays on the screen. */
    async close() {
        this.#turn++;
        await this.#flush();
        const unkept = this.#onScreenOnly();
        this.set = null;
        this.saved = null;
        this.found = null;
        this.store.reset(unkept);
        this.#state("none");
    }

    /** @param {StudyLabels} labels @param {string} etag */
    #take(labels, etag) {
        this.saved = labels;
        this.version = labels.version;
        this.#base = labels.annotations;
        this.#etag = etag;
        this.found = null;
    }

    #edited() {
        if (!this.set) return this.#say();
        if (!this.#writes) return this.#settle();
        if (this.state === "saving") return;
        clearTimeout(this.#timer);
        if (this.#drafted !== null && sameAnnotations(this.#drafted, this.store.list)) return this.#settle();
        if (!this.isDirty && this.#drafted === null) return this.#settle();
        this.#state("changed");
        this.#timer = setTimeout(() => this.#keep(), this.delay);
    }

    /** Says how things stand when nothing is to be done. */
    #settle() {
        if (!this.#writes) this.#state("readOnly");
        else this.#state(this.isDirty ? "draft" : "saved");
    }

    /** Brings the draft to the server, or takes it away where the list is as it was saved. */
    #keep() {
        clearTimeout(this.#timer);
        const { set } = this;
        if (!set || !this.#writes) return this.#last;
        const list = this.store.list;
        const dirty = this.isDirty;
        const etag = this.#etag;
        return this.#next(async () => {
            if (set !== this.set || etag !== this.#etag) return;
            try {
                if (dirty) await this.api.keepDraft(set.id, this.store.study, etag, list);
                else await this.api.dropDraft(set.id, this.store.study);
                if (set !== this.set) return;
                this.#drafted = dirty ? list : null;
                this.keptAt = new Date().toISOString();
                if (this.store.list === list) this.#settle();
                else this.#edited();
            } catch (error) {
                if (set !== this.set) return;
                this.#fail(messageOf(error));
                if (!this.#retired) this.#timer = setTimeout(() => this.#keep(), retryDelay);
            }
        });
    }

    /** Keeps at once what is not kept yet. */
    async #flush() {
        if (this.state === "changed") await this.#keep();
        else await this.#last;
        clearTimeout(this.#timer);
    }

    /** The page is going away, perhaps to come back: one request that outlives it. */
    leave() {
        if (!this.set || !this.isDirty || !["changed", "trouble"].includes(this.state)) return;
        this.api.keepDraft(this.set.id, this.store.study, this.#etag, this.store.list, true).catch(() => {});
    }

    /** Keeps at once what would be kept soon. */
    keepNow() {
        if (this.state === "changed") this.#keep();
    }

    /** The study is left: what is to be kept is kept, and whoever opens it again waits for that. */
    retire() {
        if (["changed", "trouble"].includes(this.state)) this.#keep();
        this.#retired = true;
        clearTimeout(this.#timer);
        const { study } = this.store;
        const last = this.#last.finally(() => leaving.get(study) === last && leaving.delete(study));
        leaving.set(study, last);
    }

    /**
     * @param {() => Promise<void>} work
     * @returns {Promise<unknown>}
     */
    #next(work) {
        this.#last = this.#last.then(work, work);
        return this.#last;
    }

    /** The first annotation that can't be saved for want of a label. */
    get unlabelled() {
        return this.store.list.find(({ type, label }) => needsLabel(type) && label === "") ?? null;
    }

    /**
     * Saves as a new version.
     * @param {string} message
     */
    save(message) {
        const { set } = this;
        if (!set || !this.#writes) return this.#last;
        const missing = this.unlabelled;
        if (missing) {
            this.store.select(missing.id);
            this.#fail("A shape has no label yet: it is selected. Choose one, then save again.");
            return this.#last;
        }
        clearTimeout(this.#timer);
        this.#state("saving");
        return this.#next(() => this.#saveNow(set, message));
    }

    /** @param {LabelSet} set @param {string} message */
    async #saveNow(set, message) {
        const list = this.store.list;
        const study = this.store.study;
        try {
            const { labels, etag } = await this.api.save(set.id, study, this.#etag, message, list);
            if (set !== this.set) return;
            this.#saveDone(labels, etag);
        } catch (error) {
            if (set !== this.set) return;
            if (error instanceof APIError && error.status === 412) await this.#clash(set, message);
            else this.#fail(messageOf(error));
        }
    }

    /** @param {StudyLabels} labels @param {string} etag */
    #saveDone(labels, etag) {
        this.#take(labels, etag);
        this.#drafted = null;
        this.store.measuredAs(labels.annotations);
        this.state = "saved";
        if (this.isDirty) this.#edited();
        else this.#state("saved");
        this.dispatchEvent(new Event("version"));
    }

    /** @param {LabelSet} set @param {string} message */
    async #clash(set, message) {
        try {
            const { labels, etag } = await this.api.study(set.id, this.store.study);
            if (set !== this.set) return;
            const mine = this.store.list;
            const { conflicts } = mergeAnnotations(this.#base, mine, labels.annotations);
            this.#fail("Somebody else saved this study meanwhile.");
            /** @type {Clash} */
            const detail = { base: this.#base, mine, theirs: labels, etag, conflicts, message };
            this.dispatchEvent(new CustomEvent("clash", { detail }));
            // My version is in the draft whatever is decided.
            await this.api.keepDraft(set.id, this.store.study, this.#etag, mine);
            this.keptAt = new Date().toISOString();
            this.#drafted = mine;
        } catch (error) {
            this.#fail(messageOf(error));
        }
    }

    /**
     * What was decided about a clash. Every way can be undone, and theirs stays in the history.
     * @param {Clash} clash
     * @param {"both" | "theirs" | "mine"} choice
     */
    async resolve(clash, choice) {
        await this.#last;
        const mine = this.store.list;
        const list = {
            both: () => mergeAnnotations(clash.base, mine, clash.theirs.annotations).merged,
            theirs: () => clash.theirs.annotations,
            mine: () => mine,
        }[choice]();
        this.#take(clash.theirs, clash.etag);
        if (choice === "theirs") return this.#takeTheirs(list);
        this.state = "saved";
        this.store.adopt(list);
        return this.save(clash.message);
    }

    /** @param {readonly Annotation[]} list */
    async #takeTheirs(list) {
        const set = this.set;
        // The draft stays as it is on the server; only opening the study must not bring it back unasked.
        if (!set) return;
        const draft = await this.api.draft(set.id, this.store.study).catch(() => null);
        if (draft) this.storage?.setItem(asideKey, asideMark(set.id, this.store.study, draft.savedAt));
        this.state = "saving";
        this.store.adopt(list);
        this.#drafted = null;
        this.#state("saved");
    }

    /** The draft that was set aside, brought back on top of what is there. */
    bringBack() {
        const found = this.found;
        if (!found) return;
        this.found = null;
        this.store.adopt(mergeAnnotations([], found.annotations, this.store.list).merged);
    }

    /** The draft thrown away: the list as it was saved. Can be undone. */
    discard() {
        this.found = null;
        this.store.adopt(this.#base);
        this.#say();
    }

    /**
     * @param {number} version
     * @param {string} message
     */
    restore(version, message) {
        const { set } = this;
        if (!set || !this.#writes) return this.#last;
        this.#state("saving");
        return this.#next(async () => {
            try {
                const study = this.store.study;
                const { labels, etag } = await this.api.restore(set.id, study, this.#etag, version, message);
                if (set !== this.set) return;
                this.#take(labels, etag);
                this.#drafted = null;
                this.state = "saved";
                this.store.adopt(labels.annotations);
                this.#settle();
                this.dispatchEvent(new Event("version"));
            } catch (error) {
                if (set !== this.set) return;
                if (error instanceof APIError && error.status === 412) await this.#catchUp(set);
                else this.#fail(messageOf(error));
            }
        });
    }

    /** Takes in what somebody else saved while an earlier version was about to be restored. @param {LabelSet} set */
    async #catchUp(set) {
        try {
            const { labels, etag } = await this.api.study(set.id, this.store.study);
            if (set !== this.set) return;
            const { merged } = mergeAnnotations(this.#base, this.store.list, labels.annotations);
            this.#take(labels, etag);
            this.state = "saved";
            this.store.adopt(merged);
            this.#fail(`${labels.author ?? "Somebody"} saved version ${labels.version} meanwhile. Look at it first.`);
            this.dispatchEvent(new Event("version"));
        } catch (error) {
            this.#fail(messageOf(error));
        }
    }

    /** @param {SyncState} state */
    #state(state) {
        this.state = state;
        this.trouble = "";
        this.#say();
    }

    /** @param {string} text */
    #fail(text) {
        this.state = "trouble";
        this.trouble = text;
        this.#say();
    }

    #say() {
        this.dispatchEvent(new Event("state"));
    }
}
