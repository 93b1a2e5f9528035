/** Shapes of a de-identification profile (Docs/Formats/profile.md) and of what the API says about it. */

export interface Rule {
    attribute: string;
    creator?: string;
    action: string;
    value?: string;
    pattern?: string;
    note?: string;
}

export interface ProfileDocument {
    format: string;
    options: string[];
    agesOver89: "group" | "keep";
    rules: Rule[];
    words?: { keep?: string[]; replace?: string[]; names?: string[]; places?: string[] };
    languages?: string[];
    surrogates?: string;
}

export interface ProfileVersion {
    version: number;
    note: string;
    author: string;
    at: string;
    instances: number;
}

export interface ProfileState {
    version: number;
    /** A ProfileDocument as text. */
    document: string;
    /** Every option there is. */
    options: string[];
    versions: ProfileVersion[];
}

export interface Problem {
    /** "rules[2]"; empty for the whole. */
    place: string;
    reason: string;
}

export interface TrialRow {
    attribute: string;
    vr: string;
    before?: string | null;
    after?: string | null;
    change: "kept" | "changed" | "removed" | "added";
}

export interface Trial {
    problems: Problem[];
    held?: string | null;
    rows: TrialRow[];
    isCut: boolean;
}
