import { announce, fill, h } from "../core/dom.js";
import { messageOf } from "../core/api.js";
import { formatTime } from "../core/format.js";
import { icon } from "../ui/icons.js";
import { notice } from "../ui/notice.js";
import { labelAPI } from "./api.js";
import { openClash } from "./clash.js";
import { AnnotationDesk } from "./desk.js";
import { AnnotationEditor } from "./editor.js";
import { LabelHistory } from "./history.js";
import { AnnotationList } from "./list.js";
import { openNewLabelSet } from "./new-set.js";

/** @import { StudyDetail } from "../types.d.ts" */
/** @import { TarnViewer } from "../viewer/viewer.js" */
/** @import { Clash } from "./types.d.ts" */
/** @import { LabelSet } from "./types.d.ts" */

/**
 * The labels of a study beside its images: label set, annotations, saving, history. With it come the measuring tools.
 * @param {StudyDetail} study
 * @param {TarnViewer} viewer
 * @param {AbortSignal} signal aborted when the study is left
 * @returns {HTMLElement}
 */
export function annotationPanel(study, viewer, signal) {
    return new AnnotationPanel(new AnnotationDesk(study, viewer, signal)).element;
}

/** @param {string} symbol @param {string} label */
function iconButton(symbol, label) {
    return h(
        "button",
        { class: "button quiet small icon-only", type: "button", title: label, "aria-label": label },
        icon(symbol),
    );
}

class AnnotationPanel {
    /** @type {LabelSet[]} */
    #sets = [];
    /** @type {Clash | null} */
    #clash = null;
    #chooser = h("select", { class: "input", "aria-label": "Label set" });
    #new = h("button", { class: "button small", type: "button" }, icon("plus"), "New label set");
    #about = h("div", { class: "ann-about" });
    #state = h("p", { class: "ann-state", role: "status" });
    #found = h("div");
    #undo = iconButton("undo", "Undo (Ctrl Z)");
    #redo = iconButton("redo", "Redo (Ctrl Y)");
    #visible = iconButton("eye", "Show annotations");
    #message = h("input", {
        class: "input",
        maxlength: "1000",
        placeholder: "What you did",
        "aria-label": "What you did, in a few words",
    });
    #save = h("button", { class: "button primary", type: "submit" }, "Save");

    /** @param {AnnotationDesk} desk */
    constructor(desk) {
        this.desk = desk;
        const { sync, store, signal } = desk;
        this.editor = new AnnotationEditor(desk);
        this.list = new AnnotationList(desk);
        this.history = new LabelHistory(desk, () => this.#reload());
        this.form = h("form", { class: "ann-save" }, this.#message, this.#save);
        this.element = h("section", { class: "annotations", "aria-label": "Labels" }, [
            h("h2", { class: "visually-hidden" }, "Labels"),
            h("div", { class: "ann-set" }, this.#chooser, desk.mayAnnotate ? this.#new : null),
            this.#about,
            h(
                "div",
                { class: "ann-bar" },
                this.#state,
                h("span", { class: "ann-buttons" }, [
                    this.#undo,
                    this.#redo,
                    this.#visible,
                ]),
            ),
            this.#found,
            this.form,
            this.editor.element,
            this.list.element,
            this.history.element,
        ]);
        this.#chooser.addEventListener("change", () => this.#choose(this.#chooser.value));
        this.#new.addEventListener("click", () => this.#make());
        this.#undo.addEventListener("click", () => store.undo());
        this.#redo.addEventListener("click", () => store.redo());
        this.#visible.addEventListener("click", () => (store.hidden = !store.hidden));
        this.form.addEventListener("submit", (event) => {
            event.preventDefault();
            this.#commit();
        });
        sync.addEventListener("state", () => this.#show(), { signal });
        sync.addEventListener("clash", (event) => {
            if (!(event instanceof CustomEvent)) return;
            this.#clash = event.detail;
            this.#show();
            this.#decide();
        }, { signal });
        store.addEventListener("view", () => this.#show(), { signal });
        this.#load();
    }

    async #load() {
        const { study, mayAnnotate } = this.desk;
        try {
            const [labels, sets] = await Promise.all([labelAPI.labels(study.project), labelAPI.sets(study.project)]);
            if (this.desk.signal.aborted) return;
            this.desk.useLabels(labels);
            this.#sets = sets;
        } catch (error) {
            if (this.desk.signal.aborted) return;
            const retry = h("button", { class: "button small", type: "button" }, "Try again");
            retry.addEventListener("click", () => this.#load());
            fill(this.#about, notice("bad", messageOf(error), retry));
            return;
        }
        delete this.#about.dataset["text"];
        this.#offer();
        const kept = localStorage.getItem(this.#place);
        const [only] = this.#sets;
        const first = this.#sets.find(({ id }) => id === kept) ??
            (kept === null && mayAnnotate && this.#sets.length === 1 ? only : undefined);
        if (first) await this.#choose(first.id);
        this.#show();
    }

    /** Which label set was used last in this project. */
    get #place() {
        return `tarn.label-set.${this.desk.study.project}`;
    }

    #offer() {
        fill(this.#chooser, [
            h("option", { value: "" }, "No label set: on this screen only"),
            ...this.#sets.map(({ id, name }) => h("option", { value: id }, name)),
        ]);
        this.#chooser.value = this.desk.sync.set?.id ?? "";
    }

    /** @param {string} id */
    async #choose(id) {
        const set = this.#sets.find((one) => one.id === id);
        const { sync, store, mayAnnotate } = this.desk;
        this.#chooser.value = set?.id ?? "";
        localStorage.setItem(this.#place, set?.id ?? "");
        store.ghost = null;
        this.#clash = null;
        if (set) await sync.open(set, mayAnnotate);
        else await sync.close();
        this.history.forget();
        this.desk.find();
        this.#show();
    }

    async #make() {
        const set = await openNewLabelSet(this.desk.study.project);
        if (!set) return;
        this.#sets = [...this.#sets, set];
        this.#offer();
        await this.#choose(set.id);
    }

    /** After a tag was given: the label set says more than before. */
    async #reload() {
        const { sync } = this.desk;
        if (!sync.set) return;
        const set = await labelAPI.set(sync.set.id);
        this.#sets = this.#sets.map((one) => one.id === set.id ? set : one);
        if (sync.set?.id === set.id) sync.set = set;
    }

    async #commit() {
        const { sync } = this.desk;
        await sync.save(this.#message.value.trim());
        if (sync.state !== "saved") return;
        this.#message.value = "";
        announce(`Saved as version ${sync.version}`);
    }

    async #decide() {
        const clash = this.#clash;
        if (!clash) return;
        const choice = await openClash(clash);
        if (!choice || clash !== this.#clash) return;
        this.#clash = null;
        await this.desk.sync.resolve(clash, choice);
    }

    #show() {
        const { sync, store, mayAnnotate } = this.desk;
        const { symbol, kind, text } = this.#words();
        this.#state.className = `ann-state ${kind}`;
        const undecided = this.#clash !== null && sync.state === "trouble";
        const key = `${text} ${undecided}`;
        if (this.#state.dataset["key"] !== key) {
            this.#state.dataset["key"] = key;
            fill(this.#state, icon(symbol), h("span", null, text));
            if (undecided) {
                const decide = h("button", { class: "button small", type: "button" }, "Decide…");
                decide.addEventListener("click", () => this.#decide());
                this.#state.append(decide);
            }
        }
        this.#undo.disabled = !store.canUndo;
        this.#redo.disabled = !store.canRedo;
        this.#visible.setAttribute("aria-pressed", String(!store.hidden));
        const writes = sync.set !== null && mayAnnotate;
        this.form.hidden = !writes;
        this.#save.disabled = sync.state === "saving" || !sync.isDirty;
        this.#chooser.disabled = sync.state === "loading";
        this.#showAbout();
        this.#showFound();
    }

    /** How things stand: "Saved", "Draft kept", "Not saved: …". */
    #words() {
        const { sync, mayAnnotate } = this.desk;
        const version = sync.version > 0 ? ` · version ${sync.version}` : "";
        switch (sync.state) {
            case "loading":
                return { symbol: "info", kind: "quiet", text: "Fetching the labels…" };
            case "readOnly":
                return { symbol: "eye", kind: "quiet", text: `To look at only${version}` };
            case "saved":
                return {
                    symbol: "check",
                    kind: "good",
                    text: sync.version > 0 ? `Saved${version}` : "Nothing to save yet",
                };
            case "changed":
                return { symbol: "info", kind: "quiet", text: "Changed; keeping a draft…" };
            case "draft":
                return {
                    symbol: "info",
                    kind: "draft",
                    text: `Draft kept${version ? `, based on version ${sync.version}` : ""}`,
                };
            case "saving":
                return { symbol: "info", kind: "quiet", text: "Saving…" };
            case "trouble":
                return { symbol: "alert", kind: "bad", text: `Not saved: ${sync.trouble}` };
            default:
                return {
                    symbol: "info",
                    kind: "quiet",
                    text: mayAnnotate ? "Not in a label set" : "Measurements stay on this screen only",
                };
        }
    }

    /** Who may do what, where that is not plain. */
    #showAbout() {
        const { sync, store, mayAnnotate } = this.desk;
        let text = "";
        if (!mayAnnotate) {
            text = sync.set
                ? "Your roles let you look at label sets. What you measure yourself stays on this screen only."
                : "You can measure. What you measure stays on this screen only and is gone when you leave the study.";
        } else if (!sync.set && sync.state === "none" && store.list.length > 0) {
            text = "Choose a label set or make a new one to keep what you have drawn.";
        }
        if (this.#about.dataset["text"] === text) return;
        this.#about.dataset["text"] = text;
        fill(this.#about, text ? h("p", { class: "muted small" }, text) : null);
    }

    /** A draft that was found when the study was opened. */
    #showFound() {
        const { sync } = this.desk;
        const { found } = sync;
        const key = found ? `${found.kind} ${found.savedAt}` : "";
        if (this.#found.dataset["key"] === key) return;
        this.#found.dataset["key"] = key;
        if (!found) return void fill(this.#found);
        const discard = h("button", { class: "link", type: "button" }, "Discard the draft");
        discard.addEventListener("click", () => sync.discard());
        const back = h("button", { class: "link", type: "button" }, "Bring it back");
        back.addEventListener("click", () => sync.bringBack());
        const when = formatTime(found.savedAt);
        const who = found.theirs.author ?? "Somebody";
        const words = {
            restored: `Your draft of ${when} is here again. `,
            merged:
                `${who} saved version ${found.theirs.version} after your draft of ${when}. Yours was put on top of it. `,
            aside: `You took the version of ${who}. Your draft of ${when} is still kept. `,
        }[found.kind];
        fill(
            this.#found,
            notice(found.kind === "merged" ? "warn" : "info", words, found.kind === "aside" ? back : discard),
        );
    }
}
