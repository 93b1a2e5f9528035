import { fill, h } from "../core/dom.js";
import { formatTime } from "../core/format.js";
import { placedText, reportText } from "./pieces.js";
import { statusWords } from "./status.js";

/** @import { Report } from "./types.d.ts" */

/**
 * One report to be read.
 * @param {Report} report
 * @param {{ change?: () => void, versions?: () => void, withdraw?: () => void }} actions what this reader may do
 */
export function reportCard(report, { change, versions, withdraw }) {
    const { name, badge } = statusWords(report.status);
    const isWithdrawn = report.status === "entered-in-error";
    const places = report.removed && report.removed.length > 0 ? twoReadings(report.text, report.removed) : null;
    return h("article", {
        class: isWithdrawn ? "report withdrawn" : "report",
        tabindex: -1,
        "aria-label": `Report of ${report.author}`,
    }, [
        h("div", { class: "report-head" }, [
            h("span", { class: `badge ${badge}` }, name),
            h("span", { class: "report-by" }, [
                h("strong", null, report.author),
                h("time", { class: "muted small", datetime: report.at }, formatTime(report.at)),
            ]),
        ]),
        places ? places.text : reportText(report),
        report.isScrubbed
            ? h(
                "p",
                { class: "muted small" },
                "Places marked “removed” were taken out, because they may identify somebody.",
            )
            : null,
        h("div", { class: "actions" }, [
            places?.button,
            change && !isWithdrawn ? button("Change", "Change this report", change) : null,
            versions && report.version > 1
                ? button(`${report.version} versions`, `All ${report.version} versions of this report`, versions)
                : null,
            withdraw && !isWithdrawn ? button("Withdraw", "Withdraw this report", withdraw) : null,
        ]),
    ]);
}

/**
 * A text as written, and the button that shows what others read instead.
 * @param {string} text
 * @param {import("./types.d.ts").Place[]} removed
 */
function twoReadings(text, removed) {
    const place = h("div", { class: "report-text" });
    const toggle = h("button", { class: "button quiet small", type: "button" }, "As others read it");
    const show = (/** @type {boolean} */ asOthers) => {
        toggle.setAttribute("aria-pressed", String(asOthers));
        fill(place, placedText(text, removed, asOthers));
    };
    toggle.addEventListener("click", () => show(toggle.getAttribute("aria-pressed") !== "true"));
    show(false);
    return { text: place, button: toggle };
}

/** @param {string} name @param {string} label that has the name in it @param {() => void} act */
function button(name, label, act) {
    return h("button", { class: "button quiet small", type: "button", "aria-label": label, onclick: act }, name);
}
