/** Shapes of the JSON API about people, as the pages use them. */

export interface Site {
    signUp: "open" | "closed";
    domains: string[];
    /** "directory" where no mail server is set up: the administrator reads the mails with `tarn mail`. */
    mail: "smtp" | "directory";
}

export interface ListedProject {
    code: string;
    name: string;
    /** One's own. */
    roles: string[];
    /** Asked for and not yet decided. */
    requested: string[];
}

export interface RoleRequest {
    id: string | number;
    account: string;
    project: string;
    role: string;
    reason: string;
    at: string;
    state: "open" | "approved" | "declined" | "withdrawn";
    note?: string | null;
    /** The last day of the role that was given, YYYY-MM-DD. */
    until?: string | null;
}

export interface Member {
    name: string;
    roles: string[];
    /** The last day, YYYY-MM-DD. */
    until?: string | null;
}

export interface ProjectDetail {
    code: string;
    name: string;
    listed?: boolean;
    createdAt?: string;
    members?: Member[] | null;
}

export interface Subscription {
    id: string | number;
    kind: "project" | "filter";
    project?: string | null;
    filter?: Record<string, string> | null;
    name: string;
    every: "day" | "week";
    createdAt: string;
    lastAt?: string | null;
}
