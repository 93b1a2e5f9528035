/** Shapes of the JSON API (`/api/v1/`) as the pages use them. */

export interface Problem {
    title?: string;
    status: number;
    detail?: string;
    code?: string;
}

export interface ProjectAccess {
    code: string;
    name: string;
    roles: string[];
    permissions: string[];
}

export interface Session {
    account: {
        name: string;
        administrator: boolean;
        /** Confirmed by a mailed link. */
        email?: string | null;
    };
    projects: ProjectAccess[];
}

export interface Study {
    uid: string;
    project: string;
    subject: string;
    date: string | null;
    description: string | null;
    modalities: string[];
    bodyParts: string[];
    age: number | null;
    sex: string | null;
    seriesCount: number;
    instanceCount: number;
    bytes: number;
    addedAt: string;
    /** Whether its images can be read now. */
    local?: "here" | "offloaded" | "restoring";
}

export interface StudyList {
    studies: Study[];
    next: string | null;
}

export interface Series {
    uid: string;
    modality: string;
    description: string | null;
    number: number | null;
    bodyPart: string | null;
    instanceCount: number;
    frames: number;
    rows: number | null;
    columns: number | null;
    firstInstance: string | null;
    /** Where a face may be recognised in it. */
    recognizable?: "head" | "unnamed" | "picture" | null;
}

export interface StudyDetail extends Study {
    series: Series[];
    priors: Study[];
}

export interface Access {
    at: string;
    /** The last time it was counted. */
    lastAt?: string;
    account: string;
    kind: string;
    purpose?: string | null;
    count?: number;
}

export type WindowFunction = "LINEAR" | "LINEAR_EXACT" | "SIGMOID";

/** A VOI window: center and width in rescaled units (PS3.3 C.11.2). */
export interface VOIWindow {
    center: number;
    width: number;
    function: WindowFunction;
    explanation?: string | null;
}

export interface DisplayFrame {
    instance: string;
    frame: number;
    number: number | null;
    rows: number;
    columns: number;
    slope: number;
    intercept: number;
    signed: boolean;
    bitsStored: number;
    photometric: string;
    samples: number;
    /** Rescale Type, where the file has it. */
    units?: string | null;
    position: number[] | null;
    orientation: number[] | null;
    pixelSpacing: number[] | null;
    spacingSource: string | null;
    /** In mm. */
    sliceThickness?: number | null;
    /** Whether the pixels went through lossy compression. */
    lossy?: boolean | null;
    windows?: VOIWindow[] | null;
}

/** Parallel frames of one size. */
export interface SliceStack {
    plane: "transverse" | "coronal" | "sagittal" | "oblique";
    /** Phases, echoes: how many share its places. */
    volumes: number;
    /** In mm. */
    sliceSpacing?: number | null;
    /** Slices that are not there. */
    missing: number;
    /** Whether slices are equally far apart. */
    isEven: boolean;
    /** Gantry tilt in degrees. */
    tilt?: number | null;
    duplicates: number;
}

export interface SeriesGeometry {
    stacks: SliceStack[];
    unplaced: number;
}

export interface SeriesDisplay {
    series: { uid: string; study: string; modality: string; description: string | null; subject: string | null };
    spacing: number[] | null;
    /** How the frames lie behind one another; none where they have no places in the patient. */
    geometry?: SeriesGeometry | null;
    windows: VOIWindow[];
    /** Frames a second, where the file recommends any. */
    frameRate?: number | null;
    /** UID within which positions can be compared. */
    frameOfReference?: string | null;
    frames: DisplayFrame[];
}

export type VerdictKind = "accepted" | "alreadyThere" | "conflict" | "held" | "rejected";

export interface Verdict {
    index: number;
    verdict: VerdictKind;
    study?: string | null;
    series?: string | null;
    instance?: string | null;
    reason?: string | null;
    /** Why it was rejected, for programs; "not stored" may succeed later. */
    failure?: string | null;
}

/** A rectangle of an image in its pixels, from 0 at the top left. */
export interface PixelRegion {
    x: number;
    y: number;
    width: number;
    height: number;
}

export interface HeldItem {
    id: string | number;
    project: string;
    reason: string;
    study: string | null;
    modality: string | null;
    description: string | null;
    rows: number | null;
    columns: number | null;
    frames: number | null;
    /** What the rules would black out. */
    proposed: PixelRegion[];
    /** Where text was found, outside of that. */
    found: PixelRegion[];
    /** What images like this one have in common, in words; empty where a decision can be about this one only. */
    device: string;
    /** The same for all that are alike. */
    alike: string;
    /** How many wait that are alike, itself among them. */
    waitingAlike: number;
    receivedAt: string;
}

/** A version of what was decided for all images that look alike. */
export interface PixelApproval {
    id: number;
    project: string;
    alike: string;
    device: string;
    rows: number;
    columns: number;
    version: number;
    isWithdrawn: boolean;
    regions: PixelRegion[];
    seen: PixelRegion[];
    note: string;
    author: string;
    at: string;
    /** How many images were published under it without a look at each. */
    instances: number;
}

export interface Export {
    id: string | number;
    project: string;
    createdAt: string;
    createdBy?: string | null;
    instances: number;
    studies?: number | null;
    bytes: number;
    archiveBytes: number;
    manifestSHA256: string;
    /** Label sets that went along. */
    labels?: { set: string; name: string; version: number; tag?: string | null; digest: string; folder: string }[];
    /** Where faces were to be taken out: of how many series, and how many were left out instead. */
    faces?: { method: number; defaced: number; leftOut: number } | null;
}

export interface Account {
    name: string;
    administrator: boolean;
    disabled: boolean;
    createdAt?: string | null;
    email?: string | null;
    memberships: { project: string; roles: string[]; until?: string | null }[];
}

export interface AccessToken {
    id: number | string;
    label: string;
    project?: string | null;
    expiresAt?: string | null;
}

/** The filters of the studies list; the same keys stand in the page's URL and in the API's query. */
export interface StudyFilter {
    project?: string;
    modality?: string;
    bodyPart?: string;
    from?: string;
    to?: string;
    ageFrom?: string;
    ageTo?: string;
    sex?: string;
    description?: string;
    /** Words in the newest version of a report. */
    report?: string;
    /** Name of a label that an annotation bears. */
    label?: string;
    subject?: string;
    sort?: string;
}
