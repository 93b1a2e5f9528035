import ByteIO
import DICOM
import TestMaterial
import Testing

@Suite(.enabled(if: !Corpus.entries.isEmpty, "../shared/corpus is absent"))
struct CorpusTests {
    @Test(arguments: Corpus.entries(expecting: "parse"))
    func readsAndWritesBackEveryByte(_ entry: Corpus.Entry) throws {
        let bytes = try Corpus.bytes(entry)
        let file = try DICOMFile.read(bytes)
        #expect(!file.dataSet.isEmpty)
        #expect(try file.encode() == [.source(0..<bytes.count)])
        #expect(!file.dataSet.json().isEmpty)
    }

    @Test(arguments: Corpus.entries(expecting: "parse", "lenient", "no-crash"))
    func readsTheSameFromASourceThatIsNotMemory(_ entry: Corpus.Entry) throws {
        let bytes = try Corpus.bytes(entry)
        guard let file = try? DICOMFile.read(bytes) else { return }
        let other = try DICOMFile.read(RangedSource(bytes: bytes))
        #expect(other.dataSet.elements.count == file.dataSet.elements.count)
        #expect(other.warnings == file.warnings)
        #expect(try other.encode().byteCount == bytes.count)
        for (element, same) in zip(file.dataSet.elements, other.dataSet.elements) {
            #expect(element.tag == same.tag)
            #expect(element.sourceRange == same.sourceRange)
            guard case .raw(let raw) = element.value, case .raw(let deferred) = same.value else { continue }
            #expect(try file.bytes(of: raw) == other.bytes(of: deferred))
        }
    }

    @Test(arguments: Corpus.entries(expecting: "parse", "lenient"))
    func writesWhatIsChangedSoThatItReadsTheSame(_ entry: Corpus.Entry) throws {
        let bytes = try Corpus.bytes(entry)
        guard var file = try? DICOMFile.read(bytes) else { return }
        guard !file.warnings.contains(where: { [.truncated, .unreadableRest, .invalidVR].contains($0.code) }) else {
            return
        }
        file.dataSet = file.dataSet.rebuilt
        file.meta.set(.SourceApplicationEntityTitle, .AE, "TARN")
        let written = try file.encode().materialize(from: bytes)
        let again = try DICOMFile.read(written)
        let (left, right) = (again.dataSet.withoutGroupLengths, file.dataSet.withoutGroupLengths)
        #expect(left.difference(from: right) == nil)
        #expect(again.meta.string(.SourceApplicationEntityTitle) == "TARN")
        #expect(Set(again.warnings.map(\.code)).isSubset(of: file.warnings.map(\.code)))
    }

    @Test(arguments: Corpus.entries(expecting: "reject"))
    func refusesWhatIsNotDICOM(_ entry: Corpus.Entry) throws {
        let bytes = try Corpus.bytes(entry)
        #expect(throws: DICOMError.self) { try DICOMFile.read(bytes) }
    }

    @Test(arguments: Corpus.entries(expecting: "lenient", "no-crash"))
    func readsOrRefusesOddFiles(_ entry: Corpus.Entry) throws {
        let bytes = try Corpus.bytes(entry)
        do {
            let file = try DICOMFile.read(bytes)
            #expect(try file.encode() == [.source(0..<bytes.count)])
            _ = file.dataSet.json()
        } catch {
            #expect(error.offset != nil)
        }
    }
}

extension DataSet {
    /// The same elements, each of them made anew from its value.
    var rebuilt: DataSet {
        var copy = self
        copy.elements = elements.map { element in
            var element = element
            if case .sequence(let items) = element.value {
                element.value = .sequence(
                    items.map { item in
                        var item = item
                        item.dataSet = item.dataSet.rebuilt
                        return item
                    })
            } else {
                let value = element.value
                element.value = value
            }
            return element
        }
        return copy
    }

    /// The first element that is another one here, or differs by more than the byte that pads odd lengths.
    func difference(from other: DataSet) -> TagPath? {
        for (element, same) in zip(elements, other.elements) {
            guard element.tag == same.tag, element.vr == same.vr else { return TagPath(element.tag) }
            if let items = element.items, let others = same.items, items.count == others.count {
                for (index, pair) in zip(items, others).enumerated() {
                    guard let difference = pair.0.dataSet.difference(from: pair.1.dataSet) else { continue }
                    return TagPath([TagPath.Step(element.tag, item: index)] + difference.steps)
                }
            } else if let bytes = element.bytes, let others = same.bytes {
                let isPadded = bytes.count == others.count + 1 && !others.count.isMultiple(of: 2)
                guard bytes == others || isPadded && bytes.starts(with: others) else { return TagPath(element.tag) }
            } else if case .fragments(let fragments) = element.value, case .fragments(let others) = same.value {
                let pairs = zip(fragments.items, others.items)
                guard pairs.allSatisfy({ $0.bytes?.starts(with: $1.bytes ?? []) == true }) else {
                    return TagPath(element.tag)
                }
            } else {
                return TagPath(element.tag)
            }
        }
        return elements.count == other.elements.count ? nil : TagPath([])
    }

    /// The same elements without group lengths, which a changed data set is written without.
    var withoutGroupLengths: DataSet {
        DataSet(
            elements.filter { !$0.tag.isGroupLength }.map { element in
                guard let items = element.items else { return element }
                return DataElement(
                    element.tag, element.vr, .sequence(items.map { Item($0.dataSet.withoutGroupLengths) }))
            })
    }
}
