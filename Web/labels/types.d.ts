/** Shapes of the label API as the label pages use them. */

/** A name of a project's list of labels. */
export interface Label {
    name: string;
    color: string;
    description: string;
    retired: boolean;
}

export interface LabelTag {
    name: string;
    version: number;
    message: string;
    by: string;
    at: string;
}

export interface LabelSet {
    id: string;
    project: string;
    name: string;
    description: string;
    createdBy: string;
    createdAt: string;
    version: number;
    digest: string;
    studies: number;
    annotations: number;
    tags: LabelTag[];
}

export interface Change {
    id: string;
    type: string;
    label: string;
    what?: string[];
}

export interface Commit {
    version: number;
    parent: number | string | null;
    digest: string;
    kind: "save" | "restore";
    author: string;
    at: string;
    message: string;
    study: string;
    restoredFrom?: number | null;
    changes: { added: Change[]; changed: Change[]; removed: Change[] };
}

export interface CommitList {
    commits: Commit[];
    next: string | null;
}
