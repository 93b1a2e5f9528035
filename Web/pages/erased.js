import { fill, h } from "../core/dom.js";
import { api, isAbort, messageOf } from "../core/api.js";
import { formatBytes, formatTime, plural } from "../core/format.js";
import { unsweptWords } from "../ui/destroying.js";
import { icon } from "../ui/icons.js";
import { empty, failure, notice } from "../ui/notice.js";
import { missingContent } from "./missing.js";

/** @import { PageContext } from "../core/router.js" */
/** @import { Tombstone } from "../archive/archive.d.ts" */

const lookAgainAfter = 5000;

/**
 * What was erased: one patient, or all of them.
 * @param {PageContext} context
 */
export function render({ parameters, signal, setTitle }) {
    const wanted = parameters["id"];
    setTitle(wanted ? "Erased" : "Erased patients");
    const content = h("div", null, h("p", { class: "muted" }, "One moment…"));
    let timer = 0;
    signal.addEventListener("abort", () => clearTimeout(timer));

    async function load() {
        try {
            /** @type {{ erasures: Tombstone[] }} */
            const { erasures } = await api.get("erasures", signal);
            const one = erasures.find(({ id }) => String(id) === wanted);
            fill(content, wanted ? one ? whole(one) : missingContent() : list(erasures));
            if (one && one.state !== "done") timer = setTimeout(load, lookAgainAfter);
        } catch (error) {
            if (!isAbort(error)) fill(content, failure(messageOf(error), load));
        }
    }

    load();
    return h("main", { class: "narrow" }, [
        h(
            "p",
            { class: "back-line" },
            wanted
                ? h("a", { href: "/erased" }, icon("back"), "Erased patients")
                : h("a", { href: "/archive" }, icon("back"), "Archive"),
        ),
        h("div", { class: "heading" }, h("h1", null, wanted ? "A patient was erased" : "Erased patients")),
        content,
    ]);
}

/** @type {Record<Tombstone["state"], string>} */
const remaining = {
    bytes: "The keys are destroyed, so nobody can read the images any more. Their bytes are still being overwritten.",
    copies:
        "The images on this server are gone. The copies in cold storage, which nobody can open any more, are being " +
        "removed.",
    traces:
        "Images, keys and copies are gone. The files of the database are being written anew, so that nothing is left " +
        "in them.",
    done: "Everything is done.",
};

/** What went, in numbers. @param {Tombstone["counts"]} counts */
function counts({ studies, instances, held, conflicts, reports, labelCommits, exports, bytes }) {
    return [
        `${plural(studies, "study", "studies")} with ${plural(instances, "image")}, ${formatBytes(bytes)}`,
        held > 0 ? plural(held, "held image") : "",
        conflicts > 0 ? plural(conflicts, "image in conflict", "images in conflict") : "",
        reports > 0 ? plural(reports, "report") : "",
        labelCommits > 0 ? `${plural(labelCommits, "version")} of annotations` : "",
        exports > 0 ? `${plural(exports, "export")} held some of it and can't be downloaded any more` : "",
    ].filter(Boolean);
}

/** @param {Tombstone} stone */
function whole(stone) {
    return h("section", { class: "card section erased" }, [
        notice(stone.state === "done" ? "good" : "info", remaining[stone.state]),
        stone.unswept.length > 0 ? notice("warn", unsweptWords(stone.unswept)) : null,
        h("h2", null, "What was erased"),
        h("ul", { class: "erased-counts" }, counts(stone.counts).map((text) => h("li", null, text))),
        h("h2", null, "What stays"),
        h(
            "p",
            null,
            `That ${stone.by} erased a patient of ${stone.project}, ${formatTime(stone.at)}. Reason: ${stone.reason}`,
        ),
        h(
            "p",
            { class: "muted small" },
            "The code of the patient is kept nowhere. Who looked at what stays in the record, without the patient. Files that " +
                "were downloaded before are not within reach of this server.",
        ),
    ]);
}

/** @param {Tombstone[]} erasures */
function list(erasures) {
    if (erasures.length === 0) {
        return empty({
            symbol: "bin",
            title: "Nobody was erased",
            text:
                "Where a patient has the right to it, a custodian erases them from the details of one of their studies.",
        });
    }
    return h(
        "ul",
        { class: "erased-list" },
        erasures.map((stone) =>
            h("li", { class: "card section" }, [
                h("h2", null, h("a", { href: `/erased/${stone.id}` }, formatTime(stone.at))),
                h("p", null, [h("span", { class: "badge" }, stone.project), ` by ${stone.by}: ${stone.reason}`]),
                h("p", { class: "muted small" }, counts(stone.counts)[0] ?? ""),
            ])
        ),
    );
}
