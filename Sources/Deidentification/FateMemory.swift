import ByteIO
import DICOM
import Synchronization

/// What became of the attributes of the file before, for the next: the slices of a series hold the same values in most,
/// and to judge a value takes many times as long as to compare it.
///
/// It holds them in memory only, as long as whoever holds the `Deidentifier`.
final class FateMemory: Sendable {
    /// All that a fate depends on, beside the element and what stays the same for a `Deidentifier`.
    struct Context: Equatable {
        /// Number of the identifiers, in which the character set is.
        let identifiers: Int
        let subjectCode: String
        let dateShift: Int?
        let sopClass: String
        let transferSyntax: String
    }

    private let last = Mutex<Recollection?>(nil)

    /// What is known of files of the same context; empty where nothing is.
    func recollection(in context: Context) -> Recollection {
        last.withLock { last in last?.context == context ? last : nil }?.again() ?? Recollection(context)
    }

    /// Remembers this file for the next, where it was not like the one before it.
    func keep(_ recollection: Recollection?) {
        guard let recollection, recollection.isNews else { return }
        last.withLock { $0 = recollection.learned() }
    }
}

/// The attributes of one file beside those of the one before.
struct Recollection {
    private struct Entry {
        let tag: Tag
        let vr: VR
        let bytes: Bytes
        let fate: Transformation.Fate
        let counts: Outcome.Summary.Counts
    }

    let context: FateMemory.Context
    /// In the order of the file.
    private var known: [Entry] = []
    private var position = 0
    private var hits = 0
    private var new: [Entry] = []

    init(_ context: FateMemory.Context) { self.context = context }

    /// Values longer than this are rare, and are not worth their room.
    private static let longest = 256

    /// Whether less than half was known.
    var isNews: Bool { new.count > hits }

    /// What became of the same value in the file before.
    mutating func fate(of element: DataElement) -> (Transformation.Fate, Outcome.Summary.Counts)? {
        while position < known.count, known[position].tag < element.tag { position += 1 }
        guard position < known.count, known[position].tag == element.tag, known[position].vr == element.vr,
            let bytes = element.bytes, bytes == known[position].bytes
        else { return nil }
        hits += 1
        return (known[position].fate, known[position].counts)
    }

    mutating func learn(_ element: DataElement, _ fate: Transformation.Fate, _ counts: Outcome.Summary.Counts) {
        guard let bytes = element.bytes else { return }
        // A copy: the file itself is not kept.
        new.append(
            Entry(tag: element.tag, vr: element.vr, bytes: Bytes(bytes.array), fate: fate, counts: counts))
    }

    /// Whether the fate of an element at the outermost level follows from itself and the context alone: that of private
    /// ones depends on their creators, that of pixels, profiles of colour and documents on the whole file.
    static func isPlain(_ element: DataElement) -> Bool {
        guard case .raw(let raw) = element.value, raw.count <= longest else { return false }
        let group = element.tag.group
        return !element.tag.isPrivate && group != 0x7FE0 && group != 0x0042 && element.tag != .ICCProfile
    }

    func again() -> Recollection {
        var copy = self
        copy.position = 0
        copy.hits = 0
        copy.new = []
        return copy
    }

    func learned() -> Recollection {
        var copy = Recollection(context)
        copy.known = new
        return copy
    }
}

extension Transformation {
    /// As `fate(of:in:at:)`, of an element at the outermost level.
    mutating func outermostFate(
        of element: DataElement, in level: inout Level
    ) throws(DeidentificationError) -> Fate {
        guard recollection != nil, Recollection.isPlain(element) else {
            return try fate(of: element, in: &level, at: Place())
        }
        if let (fate, counts) = recollection?.fate(of: element) {
            summary.counts.add(counts)
            return fate
        }
        let before = summary.counts
        let fate = try fate(of: element, in: &level, at: Place())
        // What a person has to look at is said anew of each file.
        if review == nil { recollection?.learn(element, fate, summary.counts.since(before)) }
        return fate
    }
}
