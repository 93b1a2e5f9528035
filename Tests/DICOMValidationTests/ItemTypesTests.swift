import DICOM
import DICOMValidation
import Testing

@Suite("Types of attributes in items")
struct ItemTypesTests {
    @Test(
        "Level by level the same Types come out as for whole paths",
        arguments: [
            (UID.EnhancedCTImageStorage, [Tag.SharedFunctionalGroupsSequence, .FrameAnatomySequence]),
            (UID.EnhancedMRImageStorage, [.PerFrameFunctionalGroupsSequence, .FrameContentSequence]),
            (UID.ComprehensiveSRStorage, [.ContentSequence, .ContentSequence, .ContentSequence]),
            (UID.RTStructureSetStorage, [.ROIContourSequence, .ContourSequence]),
            (UID.CTImageStorage, [.RequestAttributesSequence]),
        ])
    func agree(_ sopClass: String, _ path: [DICOM.Tag]) throws {
        let definition = try #require(InformationObjectDefinition.of(sopClass: sopClass))
        var items: ItemTypes?
        var walked = TagPath([])
        for tag in path {
            let inner: ItemTypes = try #require(definition.items(of: tag, in: items))
            items = inner
            walked.steps.append(TagPath.Step(tag))
            for (child, type) in inner.types {
                let whole = TagPath(walked.steps + [TagPath.Step(DICOM.Tag(rawValue: child))])
                #expect(definition.requirement(of: whole) == type)
            }
        }
        #expect(items?.types.isEmpty == false)
    }

    @Test("What the IOD does not have has no items")
    func unknown() throws {
        let definition = try #require(InformationObjectDefinition.of(sopClass: UID.CTImageStorage))
        #expect(definition.items(of: .ROIContourSequence)?.types == nil)
        #expect(definition.items(of: .PatientName)?.types == nil)
    }

    @Test("Reports nest as deep as anyone likes without getting slower")
    func depth() throws {
        let definition = try #require(InformationObjectDefinition.of(sopClass: UID.ComprehensiveSRStorage))
        var items: ItemTypes?
        var sizes: Set<Int> = []
        for _ in 0..<24 {
            let inner: ItemTypes = try #require(definition.items(of: .ContentSequence, in: items))
            sizes.insert(inner.types.count)
            items = inner
        }
        #expect(sizes.count <= 2)
    }
}
