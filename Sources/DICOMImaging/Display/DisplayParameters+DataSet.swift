public import ByteIO
public import DICOM

extension DisplayParameters {
    /// Reads the display parameters of every frame of a data set; what all frames share is read once.
    public struct Reader: Sendable {
        private let shared: DataSet
        private let perFrame: [DataSet]
        private let common: DisplayParameters
        private let isSigned: Bool
        /// Where the frames lie.
        public let geometry: FrameGeometry.Reader

        /// - Parameter resolve: gives the bytes of a value that was left in the source: `DICOMFile.bytes(of:)`.
        public init(_ dataSet: DataSet, resolve: (RawValue) -> Bytes? = { $0.bytes }) {
            shared = dataSet.sequence(.SharedFunctionalGroupsSequence)?.first ?? DataSet()
            perFrame = dataSet.sequence(.PerFrameFunctionalGroupsSequence) ?? []
            isSigned = dataSet.int(.PixelRepresentation) == 1
            geometry = FrameGeometry.Reader(dataSet)
            common = Self.common(dataSet, isSigned: isSigned, resolve)
        }

        /// Reads from `file`, including values that were left in its source.
        public init(_ file: DICOMFile) {
            self.init(file.dataSet) { try? file.bytes(of: $0) }
        }

        /// The parameters of frame `number` (from 1).
        public func frame(_ number: Int) -> DisplayParameters {
            var parameters = common
            if let group = group(.PixelValueTransformationSequence, number) {
                parameters.readRescale(group)
            }
            if let group = group(.FrameVOILUTSequence, number) {
                parameters.readWindows(group)
                // Some IODs allow tables here, too (C.7.6.16.2.10b).
                if group.contains(.VOILUTSequence) { parameters.readTables(group, isSigned: isSigned) { $0.bytes } }
            }
            let maps = groups(.RealWorldValueMappingSequence, number)
            if !maps.isEmpty { parameters.readRealWorldValues(maps, isSigned: isSigned) }
            parameters.take(geometry.frame(number))
            return parameters
        }

        /// A functional group macro's item: the frame's own, else the shared one (PS3.3 C.7.6.16).
        private func group(_ tag: Tag, _ number: Int) -> DataSet? { groups(tag, number).first }

        private func groups(_ tag: Tag, _ number: Int) -> [DataSet] {
            if number >= 1, number <= perFrame.count, let own = perFrame[number - 1].sequence(tag), !own.isEmpty {
                return own
            }
            return shared.sequence(tag) ?? []
        }

        private static func common(
            _ dataSet: DataSet, isSigned: Bool, _ resolve: (RawValue) -> Bytes?
        ) -> DisplayParameters {
            var parameters = DisplayParameters()
            let photometric = PhotometricInterpretation(named: dataSet.string(.PhotometricInterpretation) ?? "")
            parameters.photometric = photometric
            parameters.isInverted =
                photometric == .monochrome1
                || dataSet.string(.PresentationLUTShape)?.trimmed == "INVERSE"
            if let item = dataSet.sequence(.ModalityLUTSequence)?.first,
                let table = LookupTable(item, isSigned: isSigned, resolve)
            {
                parameters.modalityTable = table
                parameters.units = item.string(.ModalityLUTType)
            } else {
                parameters.readRescale(dataSet)
            }
            parameters.readWindows(dataSet)
            parameters.readTables(dataSet, isSigned: isSigned, resolve)
            parameters.padding = Self.padding(dataSet, isSigned: isSigned)
            parameters.floatPadding = Self.floatPadding(dataSet)
            if photometric == .paletteColor || hasSupplementalPalette(dataSet) {
                parameters.palette = Palette(dataSet, isSigned: isSigned, resolve)
            }
            if let item = dataSet.sequence(.PresentationLUTSequence)?.first {
                parameters.presentationTable = LookupTable(item, isSigned: false, resolve)
            }
            parameters.readRealWorldValues(
                dataSet.sequence(.RealWorldValueMappingSequence) ?? [], isSigned: isSigned)
            parameters.colourProfile = ColourProfile.bytes(dataSet, resolve)
            return parameters
        }

        /// Some of the values are colours of their own (PS3.3 C.7.6.19, Pixel Presentation in C.8.13.3.1.4).
        private static func hasSupplementalPalette(_ dataSet: DataSet) -> Bool {
            ["COLOR", "MIXED"].contains(dataSet.string(.PixelPresentation)?.trimmed ?? "")
        }

        /// Float or Double Float Pixel Padding Value, to its Range Limit where there is one.
        private static func floatPadding(_ dataSet: DataSet) -> ClosedRange<Double>? {
            func number(_ tag: Tag, _ wider: Tag) -> Double? {
                (dataSet.double(tag) ?? dataSet.double(wider)).flatMap { $0.isNaN ? nil : $0 }
            }
            guard let first = number(.FloatPixelPaddingValue, .DoubleFloatPixelPaddingValue) else { return nil }
            let other = number(.FloatPixelPaddingRangeLimit, .DoubleFloatPixelPaddingRangeLimit) ?? first
            return min(first, other)...max(first, other)
        }

        /// Pixel Padding Value, to Pixel Padding Range Limit where there is one, in either order.
        private static func padding(_ dataSet: DataSet, isSigned: Bool) -> ClosedRange<Int>? {
            let bits = dataSet.int(.BitsStored) ?? 16
            func stored(_ tag: Tag) -> Int? {
                guard let value = dataSet.int(tag) else { return nil }
                // Written as US although the pixels are signed, or the other way round.
                if isSigned, bits <= 16, value > 32767 { return value - 65536 }
                return !isSigned && value < 0 ? value + 65536 : value
            }
            guard let first = stored(.PixelPaddingValue) else { return nil }
            let other = stored(.PixelPaddingRangeLimit) ?? first
            return min(first, other)...max(first, other)
        }
    }

    /// The parameters of frame `number` (from 1) of `file`.
    public init(_ file: DICOMFile, frame number: Int) { self = Reader(file).frame(number) }

    private mutating func readRescale(_ dataSet: DataSet) {
        // A slope of 0 would make every image one grey: it is taken for not given.
        if let value = dataSet.double(.RescaleSlope), value.isFinite, value != 0 { slope = value }
        if let value = dataSet.double(.RescaleIntercept), value.isFinite { intercept = value }
        if let value = dataSet.string(.RescaleType) { units = value }
    }

    private mutating func readWindows(_ dataSet: DataSet) {
        let centers = dataSet.doubles(.WindowCenter)
        let widths = dataSet.doubles(.WindowWidth)
        let explanations = dataSet.strings(.WindowCenterWidthExplanation)
        let name = dataSet.string(.VOILUTFunction)?.trimmed ?? ""
        let function = Window.Function(rawValue: name) ?? .linear
        let found = zip(centers, widths).enumerated().compactMap { index, pair in
            // LINEAR knows no width below 1 (C.11.2.1.2.1), but maps of fractions come with one.
            try? Window(
                center: pair.0, width: pair.1, function: function == .linear && pair.1 < 1 ? .linearExact : function,
                explanation: index < explanations.count ? explanations[index] : nil)
        }
        if !found.isEmpty { windows = found }
    }

    private mutating func readTables(_ dataSet: DataSet, isSigned: Bool, _ resolve: (RawValue) -> Bytes?) {
        // Their input is the modality LUT's output, which is signed when it can be negative (C.11.2.1.1).
        let takesNegatives = modalityTable == nil && (isSigned || intercept < 0)
        voiTables = (dataSet.sequence(.VOILUTSequence) ?? []).compactMap { item in
            LookupTable(item, isSigned: takesNegatives, resolve).map {
                VOITable(table: $0, explanation: item.string(.LUTExplanation))
            }
        }
    }

    private mutating func readRealWorldValues(_ items: [DataSet], isSigned: Bool) {
        realWorldValues = items.compactMap { RealWorldValueMap($0, isSigned: isSigned) }
        // One that says the same as the modality LUT says in which units the values shown are.
        let same = realWorldValues.first {
            $0.table.isEmpty && $0.slope == slope && $0.intercept == intercept && modalityTable == nil
        }
        if units == nil || units == "US", let found = same?.units { units = found }
    }

    private mutating func take(_ frame: FrameGeometry) {
        position = frame.position.map { [$0.x, $0.y, $0.z] }
        orientation = frame.orientation?.values
        sliceThickness = frame.sliceThickness
        (pixelSpacing, spacingSource) = (frame.pixelSpacing?.pair, frame.pixelSpacing?.source)
    }
}
