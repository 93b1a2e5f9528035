import { announce, fill, h } from "../core/dom.js";
import { messageOf } from "../core/api.js";
import { formatTime, plural } from "../core/format.js";
import { field, select } from "../ui/form.js";
import { notice } from "../ui/notice.js";
import { changeCount, compareTexts } from "./diff.js";
import { comparedText, reportText } from "./pieces.js";
import { nextStatuses, statusWords } from "./status.js";

/** @import { Report } from "./types.d.ts" */

/** The versions of a report beside the one that is shown, which is compared with another. */
export class VersionView {
    #shown = h("div", { class: "version-shown" });
    #compareWith = select({}, [], "");
    /** @type {Map<number, HTMLButtonElement>} */
    #buttons = new Map();
    #versions;
    #restore;
    /** @type {Report} */
    #current;

    /**
     * @param {Report[]} versions newest first
     * @param {((version: Report) => Promise<void>) | null} restore null for who may not
     */
    constructor(versions, restore) {
        this.#versions = versions;
        this.#restore = nextStatuses(versions[0].status).length > 0 ? restore : null;
        this.#current = versions[0];
        this.#compareWith.addEventListener("change", () => this.#show());
        this.elements = [
            h(
                "ol",
                { class: "version-list", "aria-label": "Versions, newest first" },
                versions.map((version) => this.#entry(version)),
            ),
            h("div", { class: "version-side" }, [
                versions.length > 1 ? field("Compare with", this.#compareWith) : null,
                this.#shown,
            ]),
        ];
        this.#choose(versions[0]);
    }

    /** @param {Report} version */
    #entry(version) {
        const { name, badge } = statusWords(version.status);
        const button = h("button", { class: "version", type: "button" }, [
            h("span", { class: "version-top" }, [
                h("strong", null, `Version ${version.version}`),
                h("span", { class: `badge ${badge}` }, name),
            ]),
            h("span", { class: "muted small" }, `${version.author}, ${formatTime(version.at)}`),
        ]);
        button.addEventListener("click", () => this.#choose(version));
        this.#buttons.set(version.version, button);
        return h("li", null, button);
    }

    /** @param {Report} version */
    #choose(version) {
        this.#current = version;
        const others = this.#versions.filter((one) => one.version !== version.version);
        fill(this.#compareWith, [
            h("option", { value: "" }, "nothing: show the whole text"),
            ...others.map((one) =>
                h("option", { value: one.version }, `version ${one.version}, ${formatTime(one.at)}`)
            ),
        ]);
        const before = others.find((one) => one.version < version.version);
        this.#compareWith.value = before ? String(before.version) : "";
        this.#show();
    }

    #show() {
        const current = this.#current;
        for (const [number, button] of this.#buttons) {
            button.setAttribute("aria-pressed", String(number === current.version));
        }
        const other = this.#versions.find(({ version }) => String(version) === this.#compareWith.value);
        const isOld = current.version !== this.#versions[0].version;
        fill(
            this.#shown,
            h("h3", null, `Version ${current.version}`),
            other ? comparison(other, current) : textBox(reportText(current)),
            isOld && this.#restore ? this.#restoreButton(current, this.#restore) : null,
        );
        announce(`Version ${current.version}. ${this.#shown.querySelector(".legend")?.textContent ?? ""}`);
    }

    /** @param {Report} version @param {(version: Report) => Promise<void>} restore */
    #restoreButton(version, restore) {
        const trouble = h("div", { "aria-live": "polite" });
        const button = h("button", { class: "button", type: "button" }, `Bring version ${version.version} back`);
        button.addEventListener("click", async () => {
            button.disabled = true;
            try {
                await restore(version);
            } catch (error) {
                button.disabled = false;
                fill(trouble, notice("bad", messageOf(error)));
            }
        });
        const hint = h("p", { class: "muted small" }, "It becomes the newest version; the others stay.");
        return h("div", { class: "restore" }, trouble, button, hint);
    }
}

/** @param {Report} before @param {Report} after */
function comparison(before, after) {
    const parts = compareTexts(before.text, after.text);
    const changes = changeCount(parts);
    const legend = changes === 0 ? [`The same words as version ${before.version}.`] : [
        `${plural(changes, "change")} since version ${before.version}: `,
        h("ins", null, "underlined"),
        " came, ",
        h("del", null, "struck through"),
        " went.",
    ];
    return [
        h("p", { class: "muted small legend" }, legend),
        textBox(comparedText(parts, before.isScrubbed || after.isScrubbed)),
    ].flat();
}

/** @param {HTMLElement} text that may be long: the box scrolls, by keyboard too */
function textBox(text) {
    return h("div", { class: "text-box", tabindex: 0, role: "group", "aria-label": "Text" }, text);
}
