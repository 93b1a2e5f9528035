import { fill, h } from "../core/dom.js";
import { messageOf } from "../core/api.js";
import { formatTime } from "../core/format.js";
import { confirmDialog, openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { notice, toast } from "../ui/notice.js";
import { labelAPI } from "./api.js";
import { changeList, changeWords } from "./changes.js";
import { changesBetween } from "./model.js";

/** @import { AnnotationDesk } from "./desk.js" */
/** @import { Annotation, Commit } from "./types.d.ts" */

/** The versions of this study in the label set: look at one beside the present, restore it, give it a name. */
export class LabelHistory {
    /** @type {Commit[]} */
    #commits = [];
    /** @type {string | null} */
    #next = null;
    /** The version looked at. */
    #looked = -1;
    /** @type {readonly Annotation[]} */
    #then = [];
    #place = h("div", { class: "ann-versions" });
    #compare = h("div");
    #turn = 0;

    /**
     * @param {AnnotationDesk} desk
     * @param {() => void} tagged called when a tag was given
     */
    constructor(desk, tagged) {
        this.desk = desk;
        this.tagged = tagged;
        const { sync, store, signal } = desk;
        this.element = h("details", { class: "ann-history" }, [
            h("summary", null, "History"),
            this.#compare,
            this.#place,
        ]);
        this.element.addEventListener("toggle", () => this.element.open && this.#load());
        sync.addEventListener("version", () => this.#changed(), { signal });
        sync.addEventListener("state", () => (this.element.hidden = sync.set === null), { signal });
        store.addEventListener("view", () => this.#follow(), { signal });
        this.element.hidden = true;
    }

    /** Another label set was chosen. */
    forget() {
        this.#commits = [];
        this.#stopLooking();
        fill(this.#place);
        this.element.hidden = this.desk.sync.set === null;
        if (this.element.open) this.#load();
    }

    #changed() {
        this.#stopLooking();
        if (this.element.open) this.#load();
    }

    /** @param {boolean} [more] */
    async #load(more = false) {
        const { sync, study } = this.desk;
        const { set } = sync;
        if (!set) return;
        const turn = ++this.#turn;
        try {
            const page = await labelAPI.commits(set.id, study.uid, more ? this.#next : null);
            if (turn !== this.#turn) return;
            this.#commits = more ? [...this.#commits, ...page.commits] : page.commits;
            this.#next = page.next;
            this.#show();
        } catch (error) {
            if (turn === this.#turn) fill(this.#place, notice("bad", messageOf(error)));
        }
    }

    #show() {
        if (this.#commits.length === 0) {
            return void fill(
                this.#place,
                h("p", { class: "muted small" }, "No version yet. The first save makes one."),
            );
        }
        const more = h("button", { class: "button small", type: "button" }, "Older versions");
        more.addEventListener("click", () => this.#load(true));
        const focused = document.activeElement instanceof HTMLElement && this.#place.contains(document.activeElement)
            ? document.activeElement.dataset["key"]
            : undefined;
        fill(this.#place, [
            h("ol", null, [
                ...this.#commits.map((commit, index) => this.#entry(commit, index === 0)),
                this.#next ? null : h("li", { class: "ann-version" }, [
                    h("div", { class: "muted small" }, "At first: no annotations"),
                    this.desk.mayAnnotate ? h("div", { class: "ann-version-actions" }, this.#restoreButton(0)) : null,
                ]),
            ]),
            this.#next ? more : null,
        ]);
        const again = focused && this.#place.querySelector(`[data-key="${CSS.escape(focused)}"]`);
        if (again instanceof HTMLElement) again.focus();
    }

    /** @param {Commit} commit @param {boolean} isPresent */
    #entry(commit, isPresent) {
        const { version, author, at, message, kind, restoredFrom, changes } = commit;
        const tags = (this.desk.sync.set?.tags ?? []).filter((tag) => tag.version === version);
        const looking = this.#looked === version;
        const look = h("button", {
            class: "button small",
            type: "button",
            "aria-pressed": String(looking),
            "data-key": `look ${version}`,
        }, looking ? "Stop looking" : "Look");
        look.addEventListener("click", () => looking ? this.#stopLooking() : this.#look(version));
        const tag = h("button", { class: "button small", type: "button" }, icon("tag"), "Tag");
        tag.addEventListener("click", () => this.#tag(version));
        return h("li", { class: "ann-version", "aria-current": looking ? "true" : null }, [
            h("div", { class: "ann-version-head" }, [
                h("strong", null, `Version ${version}`),
                isPresent ? h("span", { class: "badge good" }, "present") : null,
                ...tags.map(({ name }) => h("span", { class: "badge accent" }, name)),
            ]),
            h("div", { class: "muted small" }, `${author}, `, h("time", { datetime: at }, formatTime(at))),
            kind === "restore"
                ? h(
                    "div",
                    { class: "small" },
                    restoredFrom ? `Restored version ${restoredFrom}` : "Restored the empty state",
                )
                : null,
            message ? h("div", { class: "ann-version-message" }, message) : null,
            h("details", { class: "small" }, h("summary", null, changeWords(changes)), changeList(changes)),
            h("div", { class: "ann-version-actions" }, [
                look,
                this.desk.mayAnnotate && !isPresent ? this.#restoreButton(version) : null,
                this.desk.mayAnnotate ? tag : null,
            ]),
        ]);
    }

    /** @param {number} version */
    #restoreButton(version) {
        const button = h("button", { class: "button small", type: "button" }, icon("reset"), "Restore");
        button.addEventListener("click", () => this.#restore(version));
        return button;
    }

    /** @param {number} version */
    async #look(version) {
        const { sync, store, study } = this.desk;
        if (!sync.set) return;
        try {
            const { labels } = await labelAPI.study(sync.set.id, study.uid, version);
            this.#looked = version;
            this.#then = labels.annotations;
            store.ghost = { title: `Version ${version}`, annotations: labels.annotations };
            this.#show();
        } catch (error) {
            toast(messageOf(error), "alert");
        }
    }

    #stopLooking() {
        this.#looked = -1;
        if (this.desk.store.ghost) this.desk.store.ghost = null;
        fill(this.#compare);
        if (this.#commits.length > 0) this.#show();
    }

    /** The comparison follows the present while one goes on working. */
    #follow() {
        const { store } = this.desk;
        if (this.#looked < 0) return;
        if (!store.ghost) return this.#stopLooking();
        const changes = changesBetween(this.#then, store.list);
        const key = JSON.stringify([this.#looked, changes]);
        if (this.#compare.dataset["key"] === key && this.#compare.childElementCount > 0) return;
        this.#compare.dataset["key"] = key;
        fill(
            this.#compare,
            h("div", { class: "ann-compare" }, [
                h("h3", null, `From version ${this.#looked} to what you see`),
                h(
                    "p",
                    { class: "muted small" },
                    `Version ${this.#looked} is dashed on the images. ${changeWords(changes)}.`,
                ),
                changeList(changes, (label) => store.colorOf(label)),
            ]),
        );
    }

    /** @param {number} version */
    async #restore(version) {
        const { sync } = this.desk;
        const what = version === 0 ? "the empty state" : `version ${version}`;
        const sure = await confirmDialog({
            title: `Restore ${what}?`,
            text: sync.isDirty
                ? "It becomes a new version. What you have not saved is replaced; Undo brings it back. All versions stay."
                : "It becomes a new version. All versions stay as they are, so you can come back.",
            action: "Restore",
        });
        if (!sure) return;
        this.#stopLooking();
        await sync.restore(version, "");
        if (sync.state !== "trouble") toast(`Restored ${what} as version ${sync.version}.`);
    }

    /** @param {number} version */
    #tag(version) {
        const { sync } = this.desk;
        const { set } = sync;
        if (!set) return;
        const name = h("input", {
            class: "input",
            required: true,
            maxlength: "64",
            pattern: "[A-Za-z0-9][A-Za-z0-9._\\-]*",
            autocomplete: "off",
        });
        const message = h("input", { class: "input", maxlength: "1000" });
        const dialog = openDialog(
            `Tag version ${version}`,
            h(
                "p",
                { class: "muted" },
                `A tag names “${set.name}” as it was with version ${version}, over all its studies. It can be exported under that name, and never changes.`,
            ),
            form(
                {
                    action: "Set the tag",
                    submit: async () => {
                        await labelAPI.tag(set.id, { name: name.value.trim(), version, message: message.value.trim() });
                        dialog.close();
                        await this.tagged();
                        this.#show();
                    },
                },
                field("Name", name, "Letters, digits, dot, hyphen; such as reading-1."),
                field("Message", message, "May stay empty."),
            ),
        );
    }
}
