import { announce, fill, h } from "../core/dom.js";
import { sentence } from "../core/api.js";
import { permitted, projectsPermitting } from "../core/session.js";
import { studiesPath } from "../core/filters.js";
import { formatBytes, formatCount, plural } from "../core/format.js";
import { field, select } from "../ui/form.js";
import { icon } from "../ui/icons.js";
import { empty, notice } from "../ui/notice.js";
import { TarnRows } from "../ui/rows.js";
import { fromFiles } from "../upload/collect.js";
import { collect, finalStates, queue } from "../upload/queue.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Item, ItemState } from "../upload/queue.js" */

/** What a verdict is called, and its colour. @type {Record<ItemState, [text: string, kind: string, reason: string]>} */
const words = {
    waiting: ["Waiting", "", ""],
    sending: ["Sending", "info", ""],
    accepted: ["Accepted", "good", "De-identified and stored"],
    alreadyThere: ["Already there", "good", "The same image is stored already; nothing to do"],
    held: ["Held", "warn", "Stored, but a person has to look at it before others see it"],
    conflict: ["Conflict", "warn", "Another image with the same number is stored; both are kept for a decision"],
    rejected: ["Rejected", "bad", "Not stored"],
    failed: ["Failed", "bad", "Not stored"],
    cancelled: ["Cancelled", "", "Not sent"],
};

/** @param {Item} item */
function itemRow({ source, state, reason }) {
    const [text, kind, standard] = words[state] ?? [state, "", ""];
    const why = reason ? sentence(reason) : standard;
    return h("div", { class: "upload-row" }, [
        h("span", { class: "file", title: source.name }, source.name),
        h("span", { class: "muted small numeric size" }, source.size > 0 ? formatBytes(source.size) : ""),
        h("span", { class: "verdict" }, h("span", { class: `badge ${kind}` }, text)),
        h("span", { class: "muted small why", title: why }, why),
    ]);
}

/** How long it may still take, in words. @param {number} share */
function remaining(share) {
    const seconds = (Date.now() - queue.started) / 1000;
    if (seconds < 5 || share < 0.02 || share >= 1) return "";
    const left = seconds / share - seconds;
    return left < 60 ? " · less than a minute left" : ` · about ${plural(Math.round(left / 60), "minute")} left`;
}

/** @param {PageContext} context */
export function render({ signal, setTitle }) {
    setTitle("Upload");
    const projects = projectsPermitting("upload");
    if (projects.length === 0) {
        return h("main", null, [
            h("h1", { class: "visually-hidden" }, "Upload"),
            empty({
                symbol: "upload",
                title: "You may not upload here",
                text: "Uploading needs the role of a technologist in a project. Ask your administrator.",
                actions: [h("a", { class: "button primary", href: "/studies" }, "Go to the studies")],
            }),
        ]);
    }
    const only = projects.length === 1 ? projects[0] : null;
    const project = select(
        { required: true },
        [
            ...(only ? [] : [/** @type {[string, string]} */ (["", "Choose a project…"])]),
            ...projects.map(({ code, name }) => /** @type {[string, string]} */ ([code, name || code])),
        ],
        queue.project || only?.code || "",
    );
    /** @param {boolean} folder */
    const chooser = (folder) => {
        const input = h("input", {
            type: "file",
            multiple: true,
            webkitdirectory: folder,
            class: "visually-hidden",
            tabindex: -1,
        });
        input.setAttribute("aria-hidden", "true");
        input.addEventListener("change", () => {
            if (input.files) collect(fromFiles(input.files));
            input.value = "";
        });
        const button = h("button", { class: folder ? "button" : "button primary", type: "button" }, [
            icon(folder ? "folder" : "image"),
            folder ? "Choose a folder" : "Choose files",
        ]);
        button.addEventListener("click", () => input.click());
        return [button, input];
    };
    const go = h("button", { class: "button primary", type: "button" });
    const stop = h("button", { class: "button", type: "button" }, "Cancel");
    const again = h("button", { class: "button", type: "button" }, "Send failed files again");
    const anew = h("button", { class: "button", type: "button" }, "Upload more");
    const bar = h("div");
    const progress = h("div", {
        class: "progress",
        role: "progressbar",
        "aria-label": "Upload",
        "aria-valuemin": 0,
        "aria-valuemax": 100,
    }, bar);
    const line = h("p", { class: "numeric", role: "status" });
    const chips = h("div", { class: "chips" });
    const outcome = h("div");
    const rows = new TarnRows();
    rows.setAttribute("aria-label", "Files");
    const card = h("section", { class: "card upload-progress", "aria-label": "Files" }, [
        h(
            "div",
            { class: "upload-top" },
            h("div", { class: "upload-line" }, line, progress),
            h("div", { class: "actions" }, go, stop, again, anew),
        ),
        outcome,
        chips,
        rows,
    ]);
    /** @type {ItemState | ""} */
    let shown = "";
    let told = false;

    go.addEventListener("click", () => {
        if (!project.value) {
            project.focus();
            project.setCustomValidity("Choose the project first.");
            project.reportValidity();
            return;
        }
        queue.start(project.value);
    });
    project.addEventListener("change", () => project.setCustomValidity(""));
    stop.addEventListener("click", () => queue.project ? queue.cancel() : queue.clear());
    again.addEventListener("click", () => queue.retryFailed());
    anew.addEventListener("click", () => queue.clear());

    function refresh() {
        const counts = queue.counts();
        const total = queue.items.length;
        const done = finalStates.reduce((sum, state) => sum + (counts[/** @type {ItemState} */ (state)] ?? 0), 0);
        const running = queue.project !== "" && done < total;
        const finished = total > 0 && done === total && !queue.busy;
        card.hidden = total === 0;
        // While files are on their way the list is what matters.
        chooseCard.hidden = queue.project !== "";
        project.disabled = queue.project !== "";
        go.hidden = queue.ready === 0;
        go.textContent = `Upload ${plural(queue.ready, "file")}`;
        stop.hidden = finished || total === 0;
        anew.hidden = !finished;
        again.hidden = !finished || !(counts.failed || counts.cancelled);
        if (only && queue.ready > 0) queue.start(only.code);
        const bytes = queue.progress();
        const share = bytes.total > 0 ? bytes.done / bytes.total : done / Math.max(1, total);
        bar.style.width = `${(share * 100).toFixed(1)}%`;
        progress.setAttribute("aria-valuenow", String(Math.round(share * 100)));
        progress.hidden = queue.project === "";
        line.textContent = queue.project === ""
            ? `${plural(total, "file")}, ${formatBytes(bytes.total)}. Choose the project and start.`
            : `${formatCount(done)} of ${plural(total, "file")} to ${queue.project}, ${formatBytes(bytes.total)}${
                running ? remaining(share) : ""
            }`;
        showChips(counts);
        showRows();
        fill(outcome, finished && queue.project ? summary(counts) : null);
        if (finished && !told) announce(`Upload finished. ${line.textContent}`);
        told = finished;
    }

    /** @param {Record<ItemState, number>} counts */
    function showChips(counts) {
        const states = /** @type {ItemState[]} */ (Object.keys(words)).filter((state) => counts[state]);
        if (shown && !counts[shown]) shown = "";
        const all = /** @type {(ItemState | "")[]} */ (["", ...states]);
        fill(
            chips,
            all.map((state) => {
                const name = state ? words[state][0] : "All";
                const number = state ? counts[state] : queue.items.length;
                const chip = h("button", { class: "chip", type: "button", "aria-pressed": String(shown === state) }, [
                    `${name} ${formatCount(number)}`,
                ]);
                chip.addEventListener("click", () => {
                    shown = state;
                    refresh();
                });
                return chip;
            }),
        );
    }

    function showRows() {
        const items = shown ? queue.items.filter(({ state }) => state === shown) : queue.items;
        rows.show(items.length, (index) => itemRow(items[index]));
    }

    const chooseCard = h("section", { class: "card drop-card", "aria-label": "Choose images" }, [
        field("Project", project),
        h("div", { class: "drop-zone" }, [
            icon("upload"),
            h("p", null, h("strong", null, "Drop files, folders or ZIP archives anywhere in this window")),
            h("div", { class: "actions" }, chooser(false), chooser(true)),
        ]),
    ]);
    queue.addEventListener("change", refresh, { signal });
    refresh();
    return h("main", { class: "narrow upload-page" }, [
        h("div", { class: "heading" }, [
            h("h1", null, "Upload"),
            h(
                "p",
                null,
                "What identifies the patient is taken out before an image is stored: name, numbers, dates, " +
                    "addresses. What may show text in the picture is held until a person has looked at it.",
            ),
            h("p", null, h("a", { href: "/uploads" }, "Earlier uploads and their reports")),
        ]),
        chooseCard,
        card,
    ]);
}

/** What came of it, and where to go next. @param {Record<ItemState, number>} counts */
function summary(counts) {
    const stored = (counts.accepted ?? 0) + (counts.alreadyThere ?? 0);
    const done = stored + (counts.held ?? 0) + (counts.conflict ?? 0) + (counts.rejected ?? 0);
    const bad = (counts.rejected ?? 0) + (counts.failed ?? 0) + (counts.conflict ?? 0);
    const uids = new Set(
        queue.items.map(({ study, state }) => state === "accepted" || state === "alreadyThere" ? study : "").values(),
    );
    uids.delete("");
    const [study] = uids;
    const parts = [
        stored > 0 ? `${plural(stored, "image is", "images are")} in the lake. ` : "",
        counts.held ? `${plural(counts.held, "image waits", "images wait")} for a look. ` : "",
        bad > 0 ? `${plural(bad, "file needs", "files need")} your attention: see the list. ` : "",
    ];
    const link = uids.size === 1
        ? h("a", { href: `/studies/${encodeURIComponent(String(study))}` }, "Open the study")
        : h("a", { href: studiesPath({ project: queue.project }) }, "See the studies");
    return notice(
        bad > 0 ? "warn" : "good",
        parts.join(""),
        ...(stored > 0 ? [link, " "] : []),
        ...(counts.held && permitted("review") ? [h("a", { href: "/held" }, "Look at the held images"), " "] : []),
        ...(done > 0 ? [h("a", { href: `/uploads/${queue.upload}` }, "See the report")] : []),
    );
}
