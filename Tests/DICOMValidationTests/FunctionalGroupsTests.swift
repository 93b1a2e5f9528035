import DICOM
import DICOMValidation
import Testing

@Suite("Validation of functional groups")
struct FunctionalGroupsTests {
    private func findings(_ dataSet: DataSet) -> [Finding] { IODValidator().validate(Samples.file(dataSet)) }

    /// The enhanced CT image with its shared group and its frames changed.
    private func changed(
        shared: (inout DataSet) -> Void = { _ in }, frames: (Int, inout DataSet) -> Void = { _, _ in }
    ) -> DataSet {
        var dataSet = Samples.enhancedCT
        var group = dataSet.sequence(.SharedFunctionalGroupsSequence)?.first ?? DataSet()
        shared(&group)
        dataSet.set(.SharedFunctionalGroupsSequence, items: [group])
        var groups = dataSet.sequence(.PerFrameFunctionalGroupsSequence) ?? []
        for index in groups.indices { frames(index, &groups[index]) }
        dataSet.set(.PerFrameFunctionalGroupsSequence, items: groups)
        return dataSet
    }

    @Test func `An enhanced CT image that keeps every requirement has no findings`() {
        #expect(findings(Samples.enhancedCT).map(\.description) == [])
    }

    @Test func `A mandatory macro must be shared or in every frame`() throws {
        let nowhere = findings(changed(shared: { $0.remove(.PixelMeasuresSequence) }))
        #expect(nowhere.map(\.rule) == [.missingMacro] && nowhere.map(\.count) == [2])
        #expect(nowhere.map(\.clause) == ["PS3.3 C.7.6.16.2.1 Pixel Measures"])
        let inOneFrame = findings(changed(frames: { if $0 == 1 { $1.remove(.PlanePositionSequence) } }))
        #expect(inOneFrame.map(\.path.description) == ["(5200,9230)[1].(0020,9113)"])
    }

    @Test func `A macro in every frame need not be shared`() throws {
        let measures = try #require(
            Samples.enhancedCT.sequence(.SharedFunctionalGroupsSequence)?.first?[.PixelMeasuresSequence])
        let moved = changed(shared: { $0.remove(.PixelMeasuresSequence) }, frames: { $1.set(measures) })
        #expect(findings(moved) == [])
        let doubled = changed(frames: { if $0 == 0 { $1.set(measures) } })
        #expect(findings(doubled).map(\.rule) == [.doubledMacro])
    }

    @Test func `Attributes of macros are checked in each place`() {
        let found = findings(
            changed(
                shared: { $0.set(.PixelValueTransformationSequence, items: [DataSet()]) },
                frames: { $1.set(.FrameContentSequence, items: [DataSet()]) }))
        let shared = found.filter { $0.path.steps.first?.tag == .SharedFunctionalGroupsSequence }
        #expect(Set(shared.compactMap { $0.path.steps.last?.tag }) == [.RescaleIntercept, .RescaleSlope, .RescaleType])
        #expect(shared.allSatisfy { $0.clause == "PS3.3 C.8.15.3.10 CT Pixel Value Transformation" })
    }

    @Test func `A condition on the image's type decides about macros`() {
        // A.38.1.4: CT Acquisition Type and others are required of original images.
        var dataSet = Samples.enhancedCT
        dataSet.set(.ImageType, .CS, "ORIGINAL", "PRIMARY", "AXIAL", "NONE")
        let macros = Set(findings(dataSet).filter { $0.rule == .missingMacro }.compactMap { $0.path.steps.last?.tag })
        #expect(macros.isSuperset(of: [.CTAcquisitionTypeSequence, .CTPositionSequence, .CTExposureSequence]))
        #expect(!macros.contains(.DerivationImageSequence))
    }

    @Test func `A condition on the frame's type finds it in the frame's own macro`() {
        // C.8.15.3.5: the positions are required of original frames.
        let original = changed(frames: { index, frame in
            frame.set(.CTPositionSequence, items: [DataSet()])
            guard index == 1, var type = frame.sequence(.CTImageFrameTypeSequence)?.first else { return }
            type.set(.FrameType, .CS, "ORIGINAL", "PRIMARY", "AXIAL", "NONE")
            frame.set(.CTImageFrameTypeSequence, items: [type])
        })
        let found = findings(original)
        #expect(found.contains { $0.path.steps.last?.tag == .TablePosition }, "\(found)")
        #expect(found.allSatisfy { $0.path.steps.first?.item == 1 && $0.count == 1 }, "only the second frame: \(found)")
    }
}
