import ByteIO
import DICOM
import Synchronization

/// The identifiers of the file before, for the next: the slices of a series name the same persons and places, and taking
/// their names and numbers apart is a good part of de-identifying a slice.
///
/// It holds them in memory only, as long as whoever holds the `Deidentifier`.
final class IdentifierMemory: Sendable {
    private struct Entry {
        let source: [UInt8]
        let identifiers: Identifiers
        let number: Int
    }

    private struct State {
        var last: Entry?
        var count = 0
    }

    private let state = Mutex(State())

    /// `Identifiers(of:)`, remembered where the elements that it looks at hold the same bytes; and a number that no other
    /// identifiers had before.
    func identifiers(of dataSet: DataSet) -> (Identifiers, number: Int) {
        var source: [UInt8] = []
        source.reserveCapacity(1 << 10)
        Identifiers.appendSource(of: dataSet, depth: 0, to: &source)
        let known = state.withLock { $0.last?.source == source ? $0.last : nil }
        if let known { return (known.identifiers, known.number) }
        let identifiers = Identifiers(of: dataSet)
        let number = state.withLock { state in
            state.count += 1
            state.last = Entry(source: source, identifiers: identifiers, number: state.count)
            return state.count
        }
        return (identifiers, number)
    }
}

extension Identifiers {
    /// Everything that `init(of:)` looks at, in order: its result follows from these bytes and from nothing else. Each value
    /// has its tag, VR and length before it and each item an end, so that no two data sets look the same by chance.
    fileprivate static func appendSource(of dataSet: DataSet, depth: Int, to source: inout [UInt8]) {
        for element in dataSet.elements {
            if case .sequence(let items) = element.value {
                guard depth < deepest, !items.isEmpty else { continue }
                for item in items { appendSource(of: item.dataSet, depth: depth + 1, to: &source) }
                source.append(0xFF)
            } else if element.tag == .SpecificCharacterSet || kind(of: element) != nil {
                append(element.tag.rawValue, to: &source)
                source.append(contentsOf: element.vr.rawValue.utf8)
                guard let bytes = element.bytes else {
                    append(.max, to: &source)
                    continue
                }
                append(UInt32(truncatingIfNeeded: bytes.count), to: &source)
                unsafe bytes.withUnsafeBytes { unsafe source.append(contentsOf: $0) }
            }
        }
        source.append(0xFE)
    }

    private static func append(_ number: UInt32, to source: inout [UInt8]) {
        for shift in stride(from: 0, to: 32, by: 8) { source.append(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
