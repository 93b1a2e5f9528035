import ByteIO
import DICOM

/// Data sets made by hand that keep every requirement of their IOD.
enum Samples {
    /// A CT image of 2 × 2 pixels.
    static var ct: DataSet {
        var dataSet = common(sopClass: UID.CTImageStorage, modality: "CT")
        dataSet.set(.ImageType, .CS, "ORIGINAL", "PRIMARY", "AXIAL")
        dataSet.set(.PatientPosition, .CS, "HFS")
        dataSet.set(.AcquisitionNumber, .IS, "1")
        dataSet.set(.KVP, .DS, "120")
        dataSet.set(.SliceThickness, .DS, "1.5")
        dataSet.set(.PixelSpacing, .DS, "0.5", "0.5")
        dataSet.set(.ImageOrientationPatient, .DS, "1", "0", "0", "0", "1", "0")
        dataSet.set(.ImagePositionPatient, .DS, "0", "0", "0")
        dataSet.set(.RescaleIntercept, .DS, "-1024")
        dataSet.set(.RescaleSlope, .DS, "1")
        frameOfReference(&dataSet)
        pixels(&dataSet)
        return dataSet
    }

    /// An MR image of 2 × 2 pixels.
    static var mr: DataSet {
        var dataSet = ct
        for tag: DICOM.Tag in [.KVP, .RescaleIntercept, .RescaleSlope, .AcquisitionNumber] { dataSet.remove(tag) }
        dataSet.set(.SOPClassUID, .UI, UID.MRImageStorage)
        dataSet.set(.Modality, .CS, "MR")
        dataSet.set(.ImageType, .CS, "ORIGINAL", "PRIMARY", "OTHER")
        dataSet.set(.ScanningSequence, .CS, "GR")
        dataSet.set(.SequenceVariant, .CS, "NONE")
        for tag: DICOM.Tag in [.ScanOptions, .MRAcquisitionType] { dataSet.set(tag, .CS, "") }
        for tag: DICOM.Tag in [.RepetitionTime, .EchoTime] { dataSet.set(tag, .DS, "5") }
        dataSet.set(.EchoTrainLength, .IS, "1")
        return dataSet
    }

    /// An enhanced CT image of two frames; plane and type of the frames are in the per-frame groups, the rest shared.
    static var enhancedCT: DataSet {
        var dataSet = common(sopClass: UID.EnhancedCTImageStorage, modality: "CT")
        frameOfReference(&dataSet)
        pixels(&dataSet, frames: 2)
        dataSet.set(.Manufacturer, .LO, "M")
        dataSet.set(.ManufacturerModelName, .LO, "M")
        dataSet.set(.DeviceSerialNumber, .LO, "1")
        dataSet.set(.SoftwareVersions, .LO, "1")
        dataSet.set(.ImageType, .CS, "DERIVED", "PRIMARY", "AXIAL", "NONE")
        dataSet.set(.PatientPosition, .CS, "HFS")
        dataSet.set(.ContentDate, .DA, "20260101")
        dataSet.set(.ContentTime, .TM, "120000")
        dataSet.set(.NumberOfFrames, .IS, "2")
        dataSet.set(.PixelPresentation, .CS, "MONOCHROME")
        dataSet.set(.VolumetricProperties, .CS, "VOLUME")
        dataSet.set(.VolumeBasedCalculationTechnique, .CS, "NONE")
        dataSet.set(.PresentationLUTShape, .CS, "IDENTITY")
        dataSet.set(.LossyImageCompression, .CS, "00")
        dataSet.set(.BurnedInAnnotation, .CS, "NO")
        dataSet.set(.ContentQualification, .CS, "RESEARCH")
        dataSet.set(.AcquisitionContextSequence, items: [])
        dataSet.set(.DimensionOrganizationSequence, items: [item { $0.set(.DimensionOrganizationUID, .UI, "1.2.3.9") }])
        dataSet.set(
            .DimensionIndexSequence,
            items: [
                item {
                    $0.set(DataElement(.DimensionIndexPointer, tags: [.StackID]))
                    $0.set(.DimensionOrganizationUID, .UI, "1.2.3.9")
                    $0.set(DataElement(.FunctionalGroupPointer, tags: [.FrameContentSequence]))
                }
            ])
        dataSet.set(.SharedFunctionalGroupsSequence, items: [sharedGroups])
        dataSet.set(.PerFrameFunctionalGroupsSequence, items: [frameGroups(1), frameGroups(2)])
        return dataSet
    }

    /// A secondary capture of one grey sample a pixel.
    static var secondaryCapture: DataSet {
        var dataSet = common(sopClass: UID.SecondaryCaptureImageStorage, modality: "OT")
        dataSet.set(.ConversionType, .CS, "WSD")
        dataSet.set(.PatientOrientation, .CS, "")
        pixels(&dataSet)
        return dataSet
    }

    /// An enhanced structured report of one empty container.
    static var report: DataSet {
        var dataSet = common(sopClass: UID.EnhancedSRStorage, modality: "SR")
        dataSet.set(.ReferencedPerformedProcedureStepSequence, items: [])
        dataSet.set(.ContentDate, .DA, "20260101")
        dataSet.set(.ContentTime, .TM, "120000")
        dataSet.set(.CompletionFlag, .CS, "PARTIAL")
        dataSet.set(.VerificationFlag, .CS, "UNVERIFIED")
        dataSet.set(.PerformedProcedureCodeSequence, items: [])
        dataSet.set(.ValueType, .CS, "CONTAINER")
        dataSet.set(.ContinuityOfContent, .CS, "SEPARATE")
        dataSet.set(.ConceptNameCodeSequence, items: [code("1", "Report")])
        return dataSet
    }

    /// An item of Patient Orientation Code Sequence.
    static var orientation: DataSet {
        var dataSet = code("102538003", "recumbent")
        dataSet.set(.PatientOrientationModifierCodeSequence, items: [code("40199007", "supine")])
        return dataSet
    }

    static func file(_ dataSet: DataSet) -> DICOMFile { DICOMFile(meta: DataSet(), dataSet: dataSet) }

    static func item(_ fill: (inout DataSet) -> Void) -> DataSet {
        var dataSet = DataSet()
        fill(&dataSet)
        return dataSet
    }

    static func code(_ value: String, _ meaning: String) -> DataSet {
        item {
            $0.set(.CodeValue, .SH, value)
            $0.set(.CodingSchemeDesignator, .SH, "SCT")
            $0.set(.CodeMeaning, .LO, meaning)
        }
    }

    private static func common(sopClass: String, modality: String) -> DataSet {
        var dataSet = DataSet()
        dataSet.set(.SOPClassUID, .UI, sopClass)
        dataSet.set(.SOPInstanceUID, .UI, "1.2.3.4")
        dataSet.set(.StudyInstanceUID, .UI, "1.2.3")
        dataSet.set(.SeriesInstanceUID, .UI, "1.2.3.5")
        dataSet.set(.Modality, .CS, modality)
        for tag: DICOM.Tag in [.StudyDate, .PatientBirthDate] { dataSet.set(tag, .DA, "20200101") }
        dataSet.set(.StudyTime, .TM, "120000")
        dataSet.set(.PatientName, .PN, "A^B")
        dataSet.set(.PatientID, .LO, "1")
        dataSet.set(.PatientSex, .CS, "O")
        dataSet.set(.ReferringPhysicianName, .PN, "")
        dataSet.set(.StudyID, .SH, "1")
        dataSet.set(.AccessionNumber, .SH, "")
        dataSet.set(.Manufacturer, .LO, "")
        dataSet.set(.SeriesNumber, .IS, "1")
        dataSet.set(.InstanceNumber, .IS, "1")
        return dataSet
    }

    private static func frameOfReference(_ dataSet: inout DataSet) {
        dataSet.set(.FrameOfReferenceUID, .UI, "1.2.3.6")
        dataSet.set(.PositionReferenceIndicator, .LO, "")
    }

    private static func pixels(_ dataSet: inout DataSet, frames: Int = 1) {
        dataSet.set(.SamplesPerPixel, .US, ints: [1])
        dataSet.set(.PhotometricInterpretation, .CS, "MONOCHROME2")
        for tag: DICOM.Tag in [.Rows, .Columns] { dataSet.set(tag, .US, ints: [2]) }
        for tag: DICOM.Tag in [.BitsAllocated, .BitsStored] { dataSet.set(tag, .US, ints: [16]) }
        dataSet.set(.HighBit, .US, ints: [15])
        dataSet.set(.PixelRepresentation, .US, ints: [0])
        dataSet.set(.PixelData, .OW, bytes: Bytes([UInt8](repeating: 0, count: 8 * frames)))
    }

    private static var sharedGroups: DataSet {
        item {
            $0.set(
                .PixelMeasuresSequence,
                items: [
                    item {
                        $0.set(.PixelSpacing, .DS, "1", "1")
                        $0.set(.SliceThickness, .DS, "1")
                    }
                ])
            $0.set(
                .PlaneOrientationSequence,
                items: [item { $0.set(.ImageOrientationPatient, .DS, "1", "0", "0", "0", "1", "0") }])
            $0.set(
                .FrameAnatomySequence,
                items: [
                    item {
                        $0.set(.FrameLaterality, .CS, "U")
                        $0.set(.AnatomicRegionSequence, items: [code("38266002", "Body")])
                    }
                ])
            $0.set(
                .PixelValueTransformationSequence,
                items: [
                    item {
                        $0.set(.RescaleIntercept, .DS, "0")
                        $0.set(.RescaleSlope, .DS, "1")
                        $0.set(.RescaleType, .LO, "HU")
                    }
                ])
            $0.set(
                .IrradiationEventIdentificationSequence,
                items: [item { $0.set(.IrradiationEventUID, .UI, "1.2.3.7") }])
        }
    }

    private static func frameGroups(_ number: Int) -> DataSet {
        item {
            $0.set(
                .FrameContentSequence,
                items: [
                    item {
                        $0.set(.DimensionIndexValues, .UL, ints: [number])
                        $0.set(.StackID, .SH, "1")
                        $0.set(.InStackPositionNumber, .UL, ints: [number])
                    }
                ])
            $0.set(
                .PlanePositionSequence, items: [item { $0.set(.ImagePositionPatient, .DS, "0", "0", "\(number)") }])
            $0.set(
                .CTImageFrameTypeSequence,
                items: [
                    item {
                        $0.set(.FrameType, .CS, "DERIVED", "PRIMARY", "AXIAL", "NONE")
                        $0.set(.PixelPresentation, .CS, "MONOCHROME")
                        $0.set(.VolumetricProperties, .CS, "VOLUME")
                        $0.set(.VolumeBasedCalculationTechnique, .CS, "NONE")
                    }
                ])
        }
    }
}
