import ByteIO
import DICOM

/// The records of a DICOMDIR as the tree that they are (PS3.3 §F.2): which record belongs to which.
struct Directory {
    /// Place of the record that each belongs to; `nil` at the top.
    private(set) var parents: [Int?]
    /// Records in the order of a walk from the top, each after the one it belongs to.
    private(set) var order: [Int]

    /// Follows the offsets of the records; where they do not reach each record once, the order in the file decides: a study
    /// belongs to the patient before it.
    init(_ root: DataSet, _ items: [Item]) {
        parents = Array(repeating: nil, count: items.count)
        order = []
        guard !follow(root, items) else { return }
        parents = Self.parents(inOrderOf: items)
        order = Array(items.indices)
    }

    /// For each record the uppermost one above it and the study: that which it belongs to, or is, or has first.
    func owners(_ items: [Item]) -> [(top: Int, study: Int?)] {
        var owners = items.indices.map { (top: $0, study: Int?.none) }
        // Each stands after the one it belongs to.
        for index in order {
            if let parent = parents[index] { owners[index] = owners[parent] }
            if items[index].dataSet.string(.DirectoryRecordType) == "STUDY" {
                owners[index].study = index
                if let parent = parents[index], owners[parent].study == nil { owners[parent].study = index }
            }
        }
        return owners
    }

    private mutating func follow(_ root: DataSet, _ items: [Item]) -> Bool {
        var places: [Int: Int] = [:]
        for (index, item) in items.enumerated() {
            guard let offset = item.offset else { return false }
            places[offset] = index
        }
        var seen = Set<Int>()
        let first = root.int(.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity) ?? 0
        var next: [(offset: Int, parent: Int?)] = first == 0 ? [] : [(first, nil)]
        while let (offset, parent) = next.popLast() {
            guard let index = places[offset], seen.insert(index).inserted else { return false }
            parents[index] = parent
            order.append(index)
            let record = items[index].dataSet
            let sibling = record.int(.OffsetOfTheNextDirectoryRecord) ?? 0
            let child = record.int(.OffsetOfReferencedLowerLevelDirectoryEntity) ?? 0
            if sibling != 0 { next.append((sibling, parent)) }
            if child != 0 { next.append((child, index)) }
        }
        return order.count == items.count
    }

    private static func parents(inOrderOf items: [Item]) -> [Int?] {
        var last: [Int?] = [nil, nil, nil]
        return items.enumerated().map { index, item in
            let rank =
                switch item.dataSet.string(.DirectoryRecordType) ?? "" {
                case "PATIENT": 0
                case "STUDY": 1
                case "SERIES": 2
                default: 3
                }
            let parent = last[..<rank].reversed().compactMap(\.self).first
            if rank < 3 {
                last[rank] = index
                for lower in (rank + 1)..<3 { last[lower] = nil }
            }
            return parent
        }
    }
}

extension Deidentifier {
    /// A DICOMDIR with its records de-identified, each as its patient's objects are, and linked anew.
    ///
    /// What they point to has other names now: the file IDs go, the instances are named by their new UIDs.
    /// - Parameter out: the file with everything but its records de-identified.
    func addRecords(
        of file: DICOMFile, to out: inout DICOMFile, _ summary: inout Outcome.Summary
    ) throws(DeidentificationError) {
        let items = file.dataSet[.DirectoryRecordSequence]?.items ?? []
        let tree = Directory(file.dataSet, items)
        let owners = tree.owners(items)
        var records: [DataSet] = []
        var last: (owner: (top: Int, study: Int?), transformation: Transformation)?
        for index in tree.order {
            let owner = owners[index]
            var current: Transformation
            if let last, last.owner == owner {
                current = last.transformation
            } else {
                current = transformation(
                    of: file, patient: items[owner.top].dataSet, study: owner.study.map { items[$0].dataSet })
            }
            current.summary = Outcome.Summary()
            let record = items[index].dataSet
            let place = Transformation.Place(path: [Tag.DirectoryRecordSequence.rawValue])
            records.append(try current.dataSet(record, at: place) ?? record)
            summary.add(current.summary)
            last = (owner, current)
        }
        tree.link(records, at: [], in: &out.dataSet)
        // An offset has four bytes whatever it says: where the records lie is known once they are written.
        tree.link(records, at: try Self.recordOffsets(out), in: &out.dataSet)
    }

    private static func recordOffsets(_ file: DICOMFile) throws(DeidentificationError) -> [Int] {
        do {
            let written = try DICOMFile.read(try file.encode().materialize(from: file.source))
            return written.dataSet[.DirectoryRecordSequence]?.items?.map { $0.offset ?? 0 } ?? []
        } catch {
            throw DeidentificationError(.unsupportedObject, "the records of a directory could not be written")
        }
    }
}

extension Directory {
    /// Puts the records, in the order of the tree, into a directory, with the offsets at which they stand (PS3.3 §F.3.2).
    func link(_ records: [DataSet], at offsets: [Int], in root: inout DataSet) {
        var children: [Int?: [Int]] = [:]
        for (place, index) in order.enumerated() { children[parents[index], default: []].append(place) }
        let offset = { (place: Int?) in place.flatMap { offsets.indices.contains($0) ? offsets[$0] : nil } ?? 0 }
        var linked = records
        for (parent, places) in children {
            for (number, place) in places.enumerated() {
                let next = number + 1 < places.count ? places[number + 1] : nil
                linked[place].set(.OffsetOfTheNextDirectoryRecord, .UL, ints: [offset(next)])
            }
            guard parent == nil else { continue }
            root.set(
                .OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, .UL, ints: [offset(places.first)])
            root.set(.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity, .UL, ints: [offset(places.last)])
        }
        for (place, index) in order.enumerated() {
            let first = children[index]?.first
            linked[place].set(.OffsetOfReferencedLowerLevelDirectoryEntity, .UL, ints: [offset(first)])
        }
        root.set(.FileSetConsistencyFlag, .US, ints: [0])
        root.set(.DirectoryRecordSequence, items: linked)
    }
}

extension Transformation {
    /// Group 0004, which belongs into a DICOMDIR and nowhere else (PS3.15 E.1.1).
    mutating func directoryFate(
        of element: DataElement, in level: Level
    ) throws(DeidentificationError) -> Fate {
        switch element.tag {
        case .OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity,
            .OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity, .FileSetConsistencyFlag, .DirectoryRecordSequence,
            .OffsetOfTheNextDirectoryRecord, .OffsetOfReferencedLowerLevelDirectoryEntity:
            // `link` puts others in their place.
            return .keep
        case .RecordInUseFlag: return element.vr == .US && element.count == 2 ? .keep : .remove
        case .FileSetID: return empty(element)
        case .DirectoryRecordType: return try codeFate(of: element, in: level)
        case .PrivateRecordUID, .ReferencedSOPClassUIDInFile, .ReferencedSOPInstanceUIDInFile,
            .ReferencedTransferSyntaxUIDInFile, .ReferencedRelatedGeneralSOPClassUIDInFile:
            return profile.has(.retainUIDs) ? .keep : mapUIDs(element)
        default: return .remove
        }
    }
}
