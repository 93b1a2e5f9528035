import { announce, fill, h } from "../core/dom.js";
import { api, APIError, isAbort, messageOf, sentence } from "../core/api.js";
import { projectsPermitting } from "../core/session.js";
import { formatTime, modalityName, plural } from "../core/format.js";
import { openDialog } from "../ui/dialog.js";
import { field, form, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { empty, failure, toast } from "../ui/notice.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { HeldItem } from "../types.d.ts" */

const reasons = ["Name or date in the image", "Report or form, not an image", "Not part of this project"];

/** @param {HeldItem} item */
function itemPath(item) {
    return `held/${encodeURIComponent(String(item.id))}`;
}

/** @param {PageContext} context */
export function render({ query, signal, setTitle }) {
    setTitle("Held");
    const projects = projectsPermitting("review");
    /** @type {HeldItem[]} */
    let items = [];
    let index = 0;
    let frame = 1;
    const list = h("ul", { class: "held-list", "aria-label": "Held images" });
    const picture = h("div", { class: "held-picture" });
    const facts = h("dl", { class: "facts" });
    const count = h("p", { class: "muted count-line", role: "status" });
    const release = h("button", { class: "button primary", type: "button" }, icon("check"), "Release (A)");
    const reject = h("button", { class: "button danger", type: "button" }, icon("close"), "Reject… (R)");
    const frames = h("div", { class: "held-frames" });
    const body = h("div", { class: "held-body card" }, [
        list,
        h("section", { class: "held-look", "aria-label": "The image" }, picture, frames),
        h("section", { class: "held-side", "aria-label": "Decision" }, [
            facts,
            h(
                "p",
                { class: "small muted" },
                "Is there a name, a number, a date or a face in the picture? Then reject it. " +
                    "Released images are seen by everybody in the project.",
            ),
            h("div", { class: "actions" }, release, reject),
        ]),
    ]);
    const place = h("div");
    const filter = select(
        { "aria-label": "Project" },
        [
            ["", "All projects"],
            ...projects.map(({ code, name }) => /** @type {[string, string]} */ ([code, name || code])),
        ],
        query.get("project") ?? "",
    );
    filter.addEventListener("change", load);
    filter.hidden = projects.length < 2;

    async function load() {
        try {
            const project = filter.value ? `?project=${encodeURIComponent(filter.value)}` : "";
            const answer = await api.get(`held${project}`, signal);
            items = answer.items;
            index = 0;
            show();
        } catch (error) {
            if (!isAbort(error)) fill(place, failure(messageOf(error), load));
        }
    }

    function show() {
        count.textContent = items.length > 0
            ? `${plural(items.length, "image waits", "images wait")} for a decision`
            : "";
        if (items.length === 0) {
            fill(
                place,
                empty({
                    symbol: "check",
                    title: "Nothing is waiting",
                    text:
                        "Images that may show a name or another text in the picture are held here until somebody has looked " +
                        "at them. At the moment there are none.",
                    actions: [h("a", { class: "button primary", href: "/studies" }, "Go to the studies")],
                }),
            );
            return;
        }
        if (!body.isConnected) fill(place, body);
        fill(
            list,
            items.map((item, at) => {
                const button = h("button", {
                    type: "button",
                    class: "held-item",
                    "aria-current": at === index ? "true" : null,
                }, [
                    h("span", { class: "badge accent" }, item.modality || "?"),
                    h("span", { class: "held-name" }, item.description || "Without a description"),
                    h("span", { class: "muted small" }, formatTime(item.receivedAt)),
                ]);
                button.addEventListener("click", () => choose(at));
                return h("li", null, button);
            }),
        );
        choose(Math.min(index, items.length - 1));
    }

    /** @param {number} at */
    function choose(at) {
        index = at;
        frame = 1;
        const item = items[at];
        if (!item) return;
        for (const [place, button] of [...list.querySelectorAll("button")].entries()) {
            if (place === at) {
                button.setAttribute("aria-current", "true");
                button.scrollIntoView({ block: "nearest" });
            } else button.removeAttribute("aria-current");
        }
        const rows = /** @type {[string, string][]} */ ([
            ["Why held", sentence(item.reason)],
            ["Modality", item.modality ? modalityName(item.modality) : "Not given"],
            ["Description", item.description || "None"],
            ["Size", item.rows && item.columns ? `${item.columns} × ${item.rows}` : "No image"],
            ["Project", item.project],
            ["Received", formatTime(item.receivedAt)],
        ]);
        fill(facts, rows.map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))));
        showFrame();
    }

    function showFrame() {
        const item = items[index];
        if (!item) return;
        const total = item.frames ?? 1;
        const image = h("img", {
            src: `/api/v1/${itemPath(item)}/frames/${frame}/rendered`,
            alt: `Held image${total > 1 ? `, frame ${frame} of ${total}` : ""}`,
        });
        image.addEventListener(
            "error",
            () =>
                fill(
                    picture,
                    h("p", null, "This object can't be shown as an image. Judge it by its description, or reject it."),
                ),
        );
        fill(picture, image);
        const step = (/** @type {number} */ by, /** @type {string} */ name) => {
            const button = h("button", {
                class: "button small",
                type: "button",
                disabled: frame + by < 1 || frame + by > total,
            }, name);
            button.addEventListener("click", () => turn(by));
            return button;
        };
        fill(
            frames,
            total > 1
                ? [step(-1, "Previous"), h("span", { class: "numeric" }, `Frame ${frame} of ${total}`), step(1, "Next")]
                : null,
        );
    }

    /** @param {number} by */
    function turn(by) {
        const total = items[index]?.frames ?? 1;
        frame = Math.min(total, Math.max(1, frame + by));
        showFrame();
    }

    /**
     * @param {HeldItem} item
     * @param {string} what
     * @param {Record<string, string>} [body]
     */
    async function decide(item, what, body) {
        try {
            await api.post(`${itemPath(item)}/${what}`, body);
        } catch (error) {
            // Somebody else was faster: it is gone from the list either way.
            if (!(error instanceof APIError) || ![404, 409].includes(error.status)) throw error;
            toast(error.message, "info");
        }
        items = items.filter(({ id }) => id !== item.id);
        announce(what === "release" ? "Released" : "Rejected");
        show();
    }

    async function releaseCurrent() {
        const item = items[index];
        if (!item || release.disabled) return;
        release.disabled = true;
        try {
            await decide(item, "release");
            toast("Released. It is now in the project.");
        } catch (error) {
            toast(messageOf(error), "alert");
        } finally {
            release.disabled = false;
        }
    }

    function rejectCurrent() {
        const item = items[index];
        if (!item) return;
        const reason = h("textarea", { class: "input", required: true, maxlength: 500 });
        const dialog = openDialog(
            "Reject this image",
            h(
                "p",
                { class: "muted" },
                "It is not published. The reason is kept for those who uploaded it; write no patient data.",
            ),
            h(
                "div",
                { class: "chips" },
                reasons.map((text) => {
                    const chip = h("button", { class: "chip", type: "button" }, text);
                    chip.addEventListener("click", () => {
                        reason.value = text;
                        reason.focus();
                    });
                    return chip;
                }),
            ),
            form({
                action: "Reject",
                async submit() {
                    await decide(item, "reject", { reason: reason.value.trim() });
                    dialog.close();
                    toast("Rejected.");
                },
            }, field("Reason", reason)),
        );
        reason.focus();
    }

    release.addEventListener("click", releaseCurrent);
    reject.addEventListener("click", rejectCurrent);
    addEventListener("keydown", (event) => {
        const target = event.target instanceof Element ? event.target : null;
        if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
        if (target?.closest("input, select, textarea")) return;
        const actions = /** @type {Record<string, () => void>} */ ({
            a: releaseCurrent,
            r: rejectCurrent,
            ArrowDown: () => choose(Math.min(items.length - 1, index + 1)),
            ArrowUp: () => choose(Math.max(0, index - 1)),
            ArrowRight: () => turn(1),
            ArrowLeft: () => turn(-1),
        });
        const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
        if (!action || items.length === 0) return;
        event.preventDefault();
        action();
    }, { signal });
    load();
    return h("main", { class: "held-page" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Held images"),
            count,
            h("div", { class: "end" }, filter),
            h("p", null, "Keys: ↑ ↓ choose, ← → frames, A release, R reject."),
        ]),
        place,
    ]);
}
