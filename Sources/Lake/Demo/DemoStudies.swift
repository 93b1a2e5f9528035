public import ByteIO
public import DICOM

/// Studies that are generated, so that a new lake has something to show: a CT of chest and abdomen, a CT of the same
/// patient a year earlier, and an MR of another patient's head.
///
/// Everything is invented and deterministic: the same program makes the same bytes. Headers carry what a hospital's
/// would (names, numbers, dates, free text), so that de-identification has something to take out.
public enum DemoStudies {
    /// One of the studies.
    public enum Study: Int, CaseIterable, Sendable {
        /// 128 slices of 2.5 mm, 512 × 512.
        case chestAbdomen
        /// 62 slices of 5 mm, 512 × 512, one year before `chestAbdomen`.
        case priorChestAbdomen
        /// Two series, T1 and T2, of 28 slices each, 256 × 256.
        case head
    }

    /// One image, not generated yet.
    public struct Instance: Sendable {
        public let study: Study
        /// Series within the study, from 1.
        public let series: Int
        /// Instance Number, from 1.
        public let number: Int

        /// Generates the image: a whole Part 10 file of Explicit VR Little Endian. Takes some milliseconds of a core.
        public func encoded() throws(DICOMError) -> Bytes {
            let dataSet =
                switch study {
                case .chestAbdomen, .priorChestAbdomen: DemoTorso.of(study).dataSet(number)
                case .head: DemoHead.series(series).dataSet(number)
                }
            let pieces = try DICOMFile(meta: DataSet(), dataSet: dataSet).encode()
            var file: [UInt8] = []
            for piece in pieces {
                // A file that was made has no source: all of it is literal.
                if case .literal(let bytes) = piece { bytes.withUnsafeBytes { file.append(contentsOf: $0) } }
            }
            return Bytes(file)
        }
    }

    /// The images of `studies` in the order in which they are best loaded: the first study is soon whole.
    public static func instances(of studies: [Study] = Study.allCases) -> [Instance] {
        studies.flatMap { study in
            (1...(study == .head ? 2 : 1)).flatMap { series in
                (1...study.slices).map { Instance(study: study, series: series, number: $0) }
            }
        }
    }

    /// What the CT studies contain at known places, for checks of lengths, values and geometry. Millimetres in the
    /// patient's coordinates (LPS); the rods run along z through all slices.
    public enum Calibration {
        /// A rod of the pad beneath the patient.
        public struct Rod: Sendable {
            /// Of the axis.
            public let x: Double
            public let y: Double
            /// Exactly 8 mm.
            public let radius: Double
            /// In HU; the mean over the inner half of the rod is within ± 2.
            public let value: Double
        }

        /// From the patient's right to left: fat, water, muscle, contrast, bone.
        public static let rods = [(-80.0, -100.0), (-40, 0), (0, 50), (40, 200), (80, 800)].map {
            Rod(x: $0.0, y: 124, radius: 8, value: $0.1)
        }

        /// Centres of three beads of 2 mm radius and 2500 HU: the first two are 120 mm apart within one slice, the
        /// last two 100 mm apart across slices.
        public static let beads: [[Double]] = [[-60, 124, 0], [60, 124, 0], [60, 124, -100]]

        /// Centre of a nodule in the right lung: a sphere of 30 HU.
        public static let nodule: [Double] = [-92, 12, 70]

        /// Diameter of the nodule in mm.
        public static func noduleDiameter(in study: Study) -> Double { study == .priorChestAbdomen ? 5 : 8 }
    }
}

extension DemoStudies.Study {
    /// Slices of each series.
    var slices: Int {
        switch self {
        case .chestAbdomen: 128
        case .priorChestAbdomen: 62
        case .head: 28
        }
    }

    /// Distance of slices in mm.
    var spacing: Float {
        switch self {
        case .chestAbdomen: 2.5
        case .priorChestAbdomen: 5
        case .head: 5.5
        }
    }

    /// z of the first slice, which is the uppermost.
    var top: Float {
        switch self {
        case .chestAbdomen, .priorChestAbdomen: 155
        case .head: 72
        }
    }
}
