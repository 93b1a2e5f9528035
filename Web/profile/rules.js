import { announce, fill, h } from "../core/dom.js";
import { icon } from "../ui/icons.js";
import { select } from "../ui/form.js";
import { actions, needsOf } from "./words.js";

/** @import { Problem, Rule } from "./profile.d.ts" */

/** The rules of a profile, a line each. */
export class RuleList {
    #list = h("ol", { class: "profile-rules" });
    /** @type {Rule[]} */
    #rules = [];
    #changed;

    /** @param {() => void} changed */
    constructor(changed) {
        this.#changed = changed;
        const add = h("button", { class: "button", type: "button" }, icon("plus"), "Add a rule");
        add.addEventListener("click", () => this.#add());
        this.element = h("div", null, this.#list, h("div", { class: "actions" }, add));
    }

    get rules() {
        return this.#rules;
    }

    /** @param {Rule[]} rules */
    show(rules) {
        this.#rules = rules.map((rule) => ({ ...rule }));
        this.#draw();
    }

    /** Says beside each rule what is wrong with it. @param {Problem[]} problems */
    say(problems) {
        [...this.#list.children].forEach((line, index) => {
            const own = problems.filter((one) => one.place.split(".")[0] === `rules[${index}]`);
            const place = line.querySelector(".rule-trouble");
            if (place) fill(place, own.map((one) => one.reason).join("; "));
        });
    }

    #draw() {
        fill(
            this.#list,
            this.#rules.length === 0
                ? h(
                    "li",
                    { class: "muted small" },
                    "No rules of your own: what the standard and the options say holds.",
                )
                : this.#rules.map((rule, index) => this.#line(rule, index)),
        );
    }

    /**
     * @param {Rule} rule
     * @param {number} index
     */
    #line(rule, index) {
        const number = index + 1;
        const attribute = this.#input(
            rule,
            "attribute",
            `Attribute of rule ${number}`,
            "StudyDescription or (0019,xx0C)",
        );
        const creator = this.#input(rule, "creator", `Private creator of rule ${number}`, "Private creator");
        const pattern = this.#input(rule, "pattern", `Pattern of rule ${number}`, "Pattern, as in SITE-[0-9]+");
        const value = this.#input(rule, "value", `New value of rule ${number}`, "New value");
        const action = select(
            { "aria-label": `What rule ${number} does` },
            actions.map(([name, words]) => [name, words]),
            rule.action,
        );
        const arrange = () => {
            creator.hidden = !rule.attribute.includes("xx") && !rule.creator;
            pattern.hidden = !needsOf(rule.action).includes("pattern");
            value.hidden = !needsOf(rule.action).includes("value");
        };
        attribute.addEventListener("input", arrange);
        action.addEventListener("change", () => {
            rule.action = action.value;
            arrange();
            this.#changed();
        });
        arrange();
        const remove = h("button", { class: "button quiet small", type: "button" }, "Take away");
        remove.setAttribute("aria-label", `Take rule ${number} away`);
        remove.addEventListener("click", () => this.#remove(index));
        return h("li", { class: "profile-rule" }, [
            h("div", { class: "rule-fields" }, attribute, creator, action, pattern, value, remove),
            h("p", { class: "rule-trouble trouble small", "aria-live": "polite" }),
        ]);
    }

    /**
     * @param {Rule} rule
     * @param {"attribute" | "creator" | "pattern" | "value"} key
     * @param {string} label
     * @param {string} placeholder
     */
    #input(rule, key, label, placeholder) {
        const input = h("input", {
            class: "input",
            value: rule[key] ?? "",
            maxlength: 1024,
            placeholder,
            "aria-label": label,
            spellcheck: "false",
        });
        input.addEventListener("input", () => {
            rule[key] = input.value;
            this.#changed();
        });
        return input;
    }

    #add() {
        this.#rules.push({ attribute: "", action: "keep" });
        this.#draw();
        this.#changed();
        const field = this.#list.lastElementChild?.querySelector("input");
        if (field instanceof HTMLElement) field.focus();
    }

    /** @param {number} index */
    #remove(index) {
        this.#rules.splice(index, 1);
        this.#draw();
        this.#changed();
        announce(`Rule ${index + 1} is gone once you save.`);
    }
}
