import { fill, h } from "../core/dom.js";
import { api, messageOf } from "../core/api.js";
import { plural } from "../core/format.js";
import { failure, notice } from "../ui/notice.js";

/** @import { Problem, Trial, TrialRow } from "./profile.d.ts" */

const changes = { kept: "stays", changed: "changed", removed: "removed", added: "added" };

/**
 * Tries a profile on a file of one's own: before and after, side by side. The file is looked at and forgotten.
 * @param {string} project
 * @param {() => string} document the profile as it stands in the fields
 * @param {(problems: Problem[]) => void} say
 */
export function trial(project, document, say) {
    const place = h("div", { class: "profile-trial-result", "aria-live": "polite" });
    const input = h("input", { type: "file", class: "visually-hidden", accept: ".dcm,application/dicom,*/*" });
    const choose = h("button", { class: "button", type: "button" }, "Try it on a file…");
    choose.addEventListener("click", () => input.click());
    input.setAttribute("aria-label", "DICOM file to try the profile on");
    input.addEventListener("change", async () => {
        const file = input.files?.[0];
        input.value = "";
        if (file) await run(file);
    });

    /** @param {File} file */
    async function run(file) {
        fill(place, h("p", { class: "muted small" }, "Looking at the file…"));
        choose.disabled = true;
        try {
            if (file.size > 64 << 20) throw new Error("Choose a file of at most 64 MB: any slice will do.");
            /** @type {Trial} */
            const result = await api.post(`projects/${encodeURIComponent(project)}/profile/try`, {
                document: document(),
                file: await base64(file),
            });
            say(result.problems);
            fill(place, result.problems.length > 0 ? problemNotice(result.problems) : resultView(file.name, result));
        } catch (error) {
            fill(place, failure(messageOf(error), () => run(file)));
        } finally {
            choose.disabled = false;
        }
    }

    return h("div", { class: "profile-trial" }, [
        h("div", { class: "actions" }, choose, input),
        h(
            "p",
            { class: "muted small" },
            "Shows what would become of it, with names made up for the trial. Nothing is kept.",
        ),
        place,
    ]);
}

/** @param {Problem[]} problems */
export function problemNotice(problems) {
    const whole = problems.filter((one) => !one.place.startsWith("rules["));
    const text = whole.length > 0
        ? whole.map((one) => one.reason).join(" ")
        : `${plural(problems.length, "rule")} cannot be followed: see above.`;
    return notice("bad", text);
}

/**
 * @param {string} name
 * @param {Trial} result
 */
function resultView(name, result) {
    const all = h("input", { type: "checkbox" });
    const body = h("tbody");
    const draw = () => fill(body, result.rows.filter((row) => all.checked || row.change !== "kept").map(line));
    all.addEventListener("change", draw);
    draw();
    const changed = result.rows.filter((row) => row.change !== "kept").length;
    return h("div", { class: "trial-result" }, [
        h("p", null, h("strong", null, name), ` — ${changed} of ${plural(result.rows.length, "attribute")} change.`),
        result.held ? notice("warn", `It would wait for somebody to look at it: ${result.held}.`) : null,
        h("label", { class: "check" }, all, " Show what stays, too"),
        h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": "Before and after" }, [
            h("table", { class: "table trial-table" }, [
                h(
                    "thead",
                    null,
                    h("tr", null, ["Attribute", "Before", "After", ""].map((text) => h("th", null, text))),
                ),
                body,
            ]),
        ]),
        result.isCut ? h("p", { class: "muted small" }, "There are more attributes than are shown.") : null,
    ]);
}

/** @param {TrialRow} row */
function line(row) {
    return h("tr", { class: `trial-${row.change}` }, [
        h("td", null, row.attribute),
        h("td", null, row.before ?? ""),
        h("td", null, row.after ?? ""),
        h("td", { class: "muted small" }, changes[row.change]),
    ]);
}

/** @param {File} file @returns {Promise<string>} */
function base64(file) {
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
        reader.onerror = () => reject(new Error("The file cannot be read."));
        reader.readAsDataURL(file);
    });
}
