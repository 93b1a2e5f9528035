/** Shapes of labels: what people draw on images, and the versions it is kept in. */

export type Point = [x: number, y: number];

export type AnnotationType = "length" | "rectangle" | "ellipse" | "point" | "image";

/** What is measured on an annotation, by the server as by the page, from stored values. */
export interface Measured {
    length?: number | null;
    area?: number | null;
    unit?: "mm" | "px" | null;
    mean?: number | null;
    standardDeviation?: number | null;
    minimum?: number | null;
    maximum?: number | null;
    count?: number | null;
    valueUnit?: "HU" | "" | null;
    spacingSource?: string | null;
}

/**
 * One annotation. Points are image coordinates: the sample (column i, row j) covers [i, i+1) by [j, j+1).
 * Never changed in place: who changes one makes a new one with the same id.
 */
export interface Annotation {
    readonly id: string;
    readonly type: AnnotationType;
    readonly label: string;
    readonly note: string;
    /** SOP Instance UID. */
    readonly instance: string;
    /** From 1. */
    readonly frame: number;
    readonly points: readonly Point[];
    /** Said by the server only. */
    readonly measured?: Measured | null;
}

/** A label of a project's list. */
export interface Label {
    name: string;
    /** "#rrggbb" */
    color: string;
    description?: string | null;
    retired: boolean;
}

export interface Tag {
    name: string;
    version: number;
    message?: string | null;
    by: string;
    at: string;
}

export interface LabelSet {
    id: string;
    project: string;
    name: string;
    description?: string | null;
    createdBy: string;
    createdAt: string;
    version: number;
    digest?: string | null;
    studies?: number;
    annotations?: number;
    tags: Tag[];
}

/** What a study holds in a label set at one version. */
export interface StudyLabels {
    labelSet: string;
    study: string;
    version: number;
    digest?: string | null;
    author?: string | null;
    at?: string | null;
    message?: string | null;
    annotations: Annotation[];
}

export interface ChangeEntry {
    id: string;
    type: AnnotationType;
    label: string;
    what?: ("geometry" | "label" | "note")[];
}

export interface Changes {
    added: ChangeEntry[];
    changed: ChangeEntry[];
    removed: ChangeEntry[];
}

export interface Commit {
    version: number;
    parent: number | null;
    digest: string;
    kind: "save" | "restore";
    author: string;
    at: string;
    message: string;
    /** Empty where its patient was erased. */
    study: string;
    erased?: boolean;
    restoredFrom: number | null;
    changes: Changes;
}

export interface CommitPage {
    commits: Commit[];
    next: string | null;
}

export interface Draft {
    base: string;
    savedAt: string;
    annotations: Annotation[];
}

/** What a drawing needs to know of the frame that it is on. */
export interface FrameGeometry {
    rows: number;
    columns: number;
    pixelSpacing: number[] | null;
    spacingSource: string | null;
}

export type SyncState = "none" | "loading" | "readOnly" | "saved" | "changed" | "draft" | "saving" | "trouble";

export type ConflictPart = "geometry" | "label" | "note" | "removed";

/** The same annotation, changed by both in ways that can't both hold. */
export interface Conflict {
    id: string;
    base: Annotation | null;
    /** null: I removed it. */
    mine: Annotation | null;
    /** null: they removed it. */
    theirs: Annotation | null;
    what: ConflictPart[];
}

/** Somebody saved this study meanwhile. */
export interface Clash {
    /** What both started from. */
    base: readonly Annotation[];
    mine: readonly Annotation[];
    theirs: StudyLabels;
    /** Of theirs. */
    etag: string;
    /** Where both changed the same. */
    conflicts: Conflict[];
    /** Of the version that could not be saved. */
    message: string;
}

/** A draft that was found when the study was opened. */
export interface FoundDraft {
    kind: "restored" | "merged" | "aside";
    savedAt: string;
    theirs: StudyLabels;
    annotations: readonly Annotation[];
}
