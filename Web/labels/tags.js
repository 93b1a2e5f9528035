import { h } from "../core/dom.js";
import { formatTime } from "../core/format.js";
import { labelAPI } from "../annotations/api.js";
import { openDialog } from "../ui/dialog.js";
import { field, form } from "../ui/form.js";

/** @import { LabelSet, Tag } from "../annotations/types.d.ts" */

/**
 * The versions of a set that have names.
 * @param {Tag[]} tags
 */
export function tagList(tags) {
    if (tags.length === 0) {
        return h(
            "p",
            { class: "muted" },
            "No version has a name yet. Give one a name, such as “reading-1”, to find and export exactly it later.",
        );
    }
    const newestFirst = [...tags].sort((one, other) => other.at.localeCompare(one.at));
    return h(
        "ul",
        { class: "tag-list" },
        newestFirst.map((tag) =>
            h("li", { class: "tag-row" }, [
                h("span", { class: "badge accent" }, tag.name),
                h("span", null, `version ${tag.version}`),
                h("span", { class: "muted small" }, `${tag.by}, ${formatTime(tag.at)}`),
                tag.message ? h("p", { class: "tag-message" }, tag.message) : null,
            ])
        ),
    );
}

/**
 * Asks for a name for a version. It is given for good: what was published under it stays what it was.
 * @param {LabelSet} set
 * @param {number} version
 * @param {() => void} done
 */
export function openTag(set, version, done) {
    const name = h("input", {
        class: "input",
        required: true,
        maxlength: 64,
        pattern: "(?=.*[A-Za-z._\\-])[A-Za-z0-9][A-Za-z0-9._\\-]*",
        autocomplete: "off",
        spellcheck: "false",
        placeholder: "reading-1",
    });
    const message = h("textarea", { class: "input", maxlength: 1000, rows: 2 });
    const dialog = openDialog(
        `Name version ${version}`,
        h("p", { class: "muted" }, "A name always stays with its version; it can't be moved or taken away."),
        form(
            {
                action: "Give the name",
                async submit() {
                    await labelAPI.tag(set.id, { name: name.value.trim(), version, message: message.value.trim() });
                    dialog.close();
                    done();
                },
            },
            field("Name", name, "Letters, digits, dots and dashes, not digits alone."),
            field("What it is for (may be empty)", message),
        ),
    );
}
