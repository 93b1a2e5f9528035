import { announce, fill, h } from "../core/dom.js";
import { api, APIError, isAbort, messageOf } from "../core/api.js";
import { projectsPermitting } from "../core/session.js";
import { plural } from "../core/format.js";
import { askApproval, askReason } from "../held/dialogs.js";
import { itemPath } from "../held/frames.js";
import { onKey } from "../held/keys.js";
import { queue } from "../held/list.js";
import { side } from "../held/side.js";
import { stage } from "../held/stage.js";
import { confirmDialog } from "../ui/dialog.js";
import { projectFilter } from "../ui/form.js";
import { empty, failure, toast } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { HeldItem } from "../types.d.ts" */

/** @param {PageContext} context */
export function render({ query, signal, setTitle }) {
    setTitle("Held");
    const projects = projectsPermitting("review");
    /** @type {HeldItem[]} */
    let items = [];
    let index = 0;
    /** Decisions that are on their way to the server. */
    let pending = 0;
    /** What was decided here is not shown again by a list that was asked for before. @type {Set<string | number>} */
    const decided = new Set();

    const acts = {
        release,
        approve,
        reject,
        choose: (/** @type {number} */ by) => choose(Math.min(items.length - 1, Math.max(0, index + by))),
        add: () => change(() => look.boxes.rows > 0 && look.boxes.add(), "A box in the middle"),
        take,
        step: (/** @type {number} */ by) => change(() => look.boxes.step(by)),
        leave: () => change(() => look.boxes.selected = -1),
        select: (/** @type {number} */ at) => change(() => look.boxes.selected = at),
        shift: (/** @type {number} */ dx, /** @type {number} */ dy, /** @type {boolean} */ grows) =>
            change(() => grows ? look.boxes.grow(dx, dy) : look.boxes.move(dx, dy)),
    };
    const look = stage({ changed: showBoxes, signal });
    const beside = side(acts);
    const list = queue(choose);
    const count = h("p", { class: "muted count-line", role: "status" });
    const body = h("div", { class: "held-body card" }, list.element, look.element, beside.element);
    const place = h("div");
    const filter = projectFilter(projects, query.get("project") ?? "", load);

    async function load() {
        try {
            const project = filter.value ? `?project=${encodeURIComponent(filter.value)}` : "";
            const answer = await api.get(`held${project}`, signal);
            const current = items[index];
            items = /** @type {HeldItem[]} */ (answer.items).filter(({ id }) => !decided.has(id));
            // The one that somebody looks at stays the same object: its boxes do, too.
            const at = items.findIndex(({ id }) => id === current?.id);
            if (current && at >= 0) items[at] = current;
            index = Math.max(0, at);
            show();
        } catch (error) {
            if (!isAbort(error)) fill(place, failure(messageOf(error), load));
        }
    }

    function show() {
        const waits = items.length > 0 ? `${plural(items.length, "image waits", "images wait")} for a decision` : "";
        count.textContent = pending > 0 ? `${waits ? `${waits}; ` : ""}${pending} being sent…` : waits;
        if (items.length === 0) {
            look.show(undefined, undefined);
            fill(place, pending > 0 ? h("p", { class: "muted", role: "status" }, "One moment…") : nothing());
            return;
        }
        if (!body.isConnected) fill(place, body);
        choose(Math.min(index, items.length - 1));
    }

    /** @param {number} at */
    function choose(at) {
        const item = items[at];
        if (!item) return;
        index = at;
        list.show(items, index);
        beside.showItem(item);
        look.show(item, items[at + 1]);
        showBoxes();
    }

    function showBoxes() {
        if (items[index]) beside.showBoxes(look.boxes, look.unseen);
    }

    /** @param {() => void} act @param {string} [words] */
    function change(act, words) {
        act();
        const box = look.boxes.current;
        announce(words ?? (box ? `Box ${box.width} by ${box.height} at ${box.x}, ${box.y}` : "No box is selected"));
        look.boxesChanged();
    }

    function take() {
        const words = { gone: "Deleted", left: "Left as it is", black: "Blacked out" };
        const what = look.boxes.take();
        if (what) change(() => {}, words[what]);
    }

    /**
     * Sends a decision and goes on to the next image meanwhile. One that did not arrive comes back.
     * @param {HeldItem} item
     * @param {string} what
     * @param {Record<string, unknown>} content
     * @param {string} words
     */
    async function decide(item, what, content, words) {
        const at = items.indexOf(item);
        decided.add(item.id);
        items = items.filter((other) => other !== item && !(what === "approve" && other.alike === item.alike));
        if (at < index) index--;
        pending++;
        announce(words);
        show();
        let mustLoad = what === "approve";
        try {
            await api.post(`${itemPath(item)}/${what}`, content);
        } catch (error) {
            decided.delete(item.id);
            // Somebody else was faster, or not: the server knows whether it still waits.
            mustLoad ||= error instanceof APIError && [404, 409].includes(error.status);
            if (!mustLoad) items.splice(Math.min(at, items.length), 0, item);
            toast(messageOf(error), "alert");
        } finally {
            pending--;
            if (!signal.aborted) {
                show();
                if (items.length === 0 || mustLoad) load();
            }
        }
    }

    /** Whether all frames were seen, or somebody says that it is enough. */
    async function isSeen() {
        if (look.unseen === 0 || look.boxes.rows === 0) return true;
        return await confirmDialog({
            title: "Not all frames were seen",
            text: `${plural(look.unseen, "frame was", "frames were")} not on the screen. A name may be in any of them.`,
            action: "Go on all the same",
            danger: true,
        });
    }

    async function release() {
        const item = items[index];
        const regions = look.boxes.black;
        if (!item || !await isSeen()) return;
        await decide(item, "release", { regions }, regions.length > 0 ? "Blacked out and published" : "Published");
    }

    async function approve() {
        const item = items[index];
        if (!item?.alike || !await isSeen()) return;
        const [regions, seen] = [look.boxes.black, look.boxes.left];
        askApproval(item, { black: regions.length, left: seen.length }, (note) => {
            decide(item, "approve", { regions, seen, note }, "Approved for all like it");
            toast("Approved. Images like it are published one after the other.");
        });
    }

    function reject() {
        const item = items[index];
        if (!item) return;
        askReason((reason) => {
            decide(item, "reject", { reason }, "Rejected");
        });
    }

    addEventListener("keydown", (event) => {
        const target = event.target instanceof Element ? event.target : null;
        if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
        if (target?.closest("input, select, textarea") || items.length === 0) return;
        if (onKey(event, look, acts)) event.preventDefault();
    }, { signal });
    load();
    return h("main", { class: "held-page" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Held images"),
            count,
            h("div", { class: "end" }, [
                filter,
                h("a", { class: "button", href: "/held/approvals" }, "Approvals"),
                h("a", { class: "button", href: "/quarantine" }, "Quarantine"),
            ]),
            h("p", null, "These may show who the patient is. Black out what has to go, then publish, or reject."),
            keyList(),
        ]),
        place,
    ]);
}

/** @type {[keys: string, text: string][]} */
const keys = [
    ["A", "publish"],
    ["S", "the same for all images like it"],
    ["R", "reject"],
    ["N", "new box"],
    ["B", "next box"],
    ["Arrows", "move the box; without one ↑ ↓ go to other images, ← → to other frames"],
    ["Shift + arrows", "size the box"],
    ["Del", "take the box away"],
    ["Space", "play all frames"],
    ["Z", "larger"],
    ["C", "show all values"],
];

/** All of it can be done without a mouse, hundreds an hour. */
function keyList() {
    return h("details", { class: "held-keys" }, [
        h("summary", null, "Keys"),
        h(
            "dl",
            null,
            keys.map(([key, text]) => h("div", null, h("dt", null, h("kbd", null, key)), h("dd", null, text))),
        ),
    ]);
}

function nothing() {
    return empty({
        symbol: "check",
        title: "Nothing is waiting",
        text: "Images that may show a name or another text in the picture are held here until somebody has looked " +
            "at them. At the moment there are none.",
        actions: [h("a", { class: "button primary", href: "/studies" }, "Go to the studies")],
    });
}
