import DICOM

/// A patient from the shoulders to the pelvis, lying in a CT scanner on a calibration pad, with contrast medium in the
/// portal venous phase. Coordinates are the patient's in mm (LPS): x to the left, y to the back, z to the head.
struct DemoTorso: Sendable {
    static let side = 512
    /// mm.
    static let pixel: Float = 0.75

    let study: DemoStudies.Study
    let skeleton: DemoSkeleton
    let vessels: DemoVessels
    private let bowel: [Loop]

    /// A loop of bowel.
    struct Loop: Sendable {
        let center: (Float, Float, Float)
        let radius: Float
        let hasGas: Bool
    }

    private static let current = DemoTorso(.chestAbdomen)
    private static let prior = DemoTorso(.priorChestAbdomen)

    /// The patient on the day of `study`; made once.
    static func of(_ study: DemoStudies.Study) -> DemoTorso { study == .priorChestAbdomen ? prior : current }

    private init(_ study: DemoStudies.Study) {
        self.study = study
        skeleton = DemoSkeleton()
        vessels = DemoVessels()
        // Bowel moves: another seed for another day.
        var random = DemoRandom(seed: 40 + UInt64(study.rawValue))
        bowel = (0..<46).map { _ in
            Loop(
                center: (random.signed() * 78, -28 + random.signed() * 38, -150 + random.signed() * 42),
                radius: 13 + random.signed() * 4, hasGas: random.signed() > 0.45)
        }
    }

    /// z of slice `number` (from 1).
    func z(_ number: Int) -> Float { study.top - Float(number - 1) * study.spacing }

    /// Half the width and half the depth of the body at `z`.
    static func body(_ z: Float) -> (Float, Float) {
        let shoulders = max(0, z - 115) / 40
        let waist = demoSine((z + 40) * 0.014)
        return (164 + 5 * waist - 20 * shoulders * shoulders, 106 - 3 * waist - 14 * shoulders * shoulders)
    }

    /// Hounsfield units of slice `number`, row by row, before noise.
    func canvas(_ number: Int) -> DemoCanvas {
        let z = z(number)
        var canvas = DemoCanvas(side: Self.side, pixel: Self.pixel, z: z, background: -1000, bend: 2.6)
        paintTrunk(&canvas, z)
        paintChest(&canvas, z)
        paintAbdomen(&canvas, z)
        vessels.paint(&canvas)
        skeleton.paint(&canvas)
        paintNodule(&canvas)
        paintTable(&canvas)
        paintCalibration(&canvas)
        return canvas
    }

    private func paintTrunk(_ canvas: inout DemoCanvas, _ z: Float) {
        let (a, b) = Self.body(z)
        canvas.ellipse(0, 0, a, b, square: 0.3, .init(value: 35, tissue: .muscle))
        canvas.ellipse(0, 0, a - 2, b - 2, square: 0.3, .init(value: -103, tissue: .fat))
        // More fat at the belly than at the chest.
        let fat: Float = z < 0 ? min(1, -z / 90) * 8 : 0
        canvas.ellipse(0, 3, a - 15 - fat, b - 11 - fat * 0.7, square: 0.3, .init(value: 58, tissue: .muscle))
        // Fat planes between the muscles of the back and of the flanks.
        for side: Float in [-1, 1] {
            canvas.ellipse(side * (a - 30), 30, 3, 34, .init(value: -80, tissue: .fat, over: .muscle))
            canvas.ellipse(side * 66, b - 31, 22, 2, .init(value: -70, tissue: .fat, over: .muscle))
        }
        let (inner, deep) = Self.cavity(z)
        canvas.ellipse(0, 2, inner, deep, square: 0.25, .init(value: -98, tissue: .cavity))
        if z > 122 {
            canvas.ellipse(0, 10, 46, 48, .init(value: 52, tissue: .mediastinum, over: .cavity))
        }
    }

    /// Half the width and depth of the space within the ribs and the muscles of the belly; narrow at the top.
    private static func cavity(_ z: Float) -> (Float, Float) {
        let (a, b) = body(z)
        let fat: Float = z < 0 ? min(1, -z / 90) * 8 : 0
        let top = max(0, z - 78) / 77
        return (a - 35 - fat - 56 * top * top, b - 29 - fat - 14 * top * top)
    }

    private func paintChest(_ canvas: inout DemoCanvas, _ z: Float) {
        if z > -82, z < 132 {
            let rise = max(0, z - 15) / 117
            let shape = max(0, 1 - rise * rise * rise).squareRoot()
            let lung = DemoCanvas.Paint(
                value: -862, tissue: .lung, over: [.cavity, .mediastinum, .muscle, .fat], claim: 0.01)
            let middle = 72 - 16 * rise
            canvas.ellipse(-middle, 6, 66 * shape, 86 * shape, square: 0.2, lung)
            canvas.ellipse(middle, 6, 64 * shape, 84 * shape, square: 0.2, lung)
            let (inner, deep) = Self.cavity(z)
            canvas.ellipse(
                0, 2, inner - 1, deep - 1, square: 0.25, isOutside: true, .init(value: 54, tissue: .muscle, over: .lung)
            )
        }
        let fissure = DemoCanvas.Paint(value: -740, tissue: .lung, over: .lung)
        for side: Float in [-1, 1] {
            // The oblique fissure: a plane that falls to the front.
            let y = 55 - (z + 60) * 0.62
            canvas.ellipse(side * 74, -y + 20, 70, 0.5, fissure)
        }
        let fat: DemoCanvas.Tissue = [.lung, .cavity]
        canvas.ellipsoid((4, 10, 60), (36, 72, 120), blunt: true, .init(value: -88, tissue: .mediastinum, over: fat))
        paintHeart(&canvas)
        let muscle = DemoCanvas.Paint(value: 52, tissue: .muscle, over: [.lung, .cavity, .mediastinum])
        let right = (center: (Float(-62), Float(8), Float(-98)), radii: (Float(84), Float(88), Float(102)))
        let left = (center: (Float(68), Float(6), Float(-98)), radii: (Float(76), Float(84), Float(93)))
        for dome in [right, left] {
            canvas.ellipsoid(dome.center, dome.radii, blunt: true, muscle)
            canvas.ellipsoid(
                dome.center, (dome.radii.0 - 2.5, dome.radii.1 - 2.5, dome.radii.2 - 3), blunt: true,
                .init(value: -98, tissue: .cavity, over: [.muscle, .cavity, .mediastinum]))
        }
    }

    private func paintHeart(_ canvas: inout DemoCanvas) {
        let over: DemoCanvas.Tissue = [.lung, .mediastinum, .cavity, .organ]
        func part(
            _ center: (Float, Float, Float), _ radii: (Float, Float, Float), _ value: Float,
            _ tissue: DemoCanvas.Tissue = .organ
        ) {
            canvas.ellipsoid(center, radii, .init(value: value, tissue: tissue, over: over))
        }
        part((22, -30, 18), (64, 52, 60), -92, .mediastinum)
        part((22, -29, 18), (59, 47, 55), 20)
        part((22, -28, 18), (57, 45, 53), 104)
        part((38, -20, 8), (25, 22, 34), 168)
        part((2, -50, 6), (26, 15, 36), 160)
        part((16, 8, 36), (31, 16, 19), 165)
        part((-24, -22, 22), (19, 27, 29), 152)
    }

    private func paintAbdomen(_ canvas: inout DemoCanvas, _ z: Float) {
        let inside: DemoCanvas.Tissue = [.cavity, .muscle, .mediastinum, .organ]
        func organ(
            _ center: (Float, Float, Float), _ radii: (Float, Float, Float), _ value: Float,
            _ tissue: DemoCanvas.Tissue = .organ, over: DemoCanvas.Tissue? = nil
        ) {
            canvas.ellipsoid(center, radii, .init(value: value, tissue: tissue, over: over ?? inside))
        }
        // Liver beneath the right dome, and its left lobe across the midline.
        organ((-62, 8, -62), (81, 85, 65), 112, .liver)
        organ((-78, 12, -95), (60, 66, 62), 112, .liver)
        organ((-4, -42, -48), (66, 34, 40), 112, .liver)
        organ((-52, -46, -92), (15, 20, 26), 12, over: [.liver, .cavity])
        organ((104, 40, -52), (27, 46, 46), 124)
        // Stomach: wall, fluid, and gas where it collects in a patient who lies on the back.
        organ((58, -22, -55), (46, 48, 44), 78)
        organ((58, -22, -55), (42, 44, 40), 18, over: .organ)
        organ((56, -48, -55), (32, 18, 30), -985, .gas, over: .organ)
        for (x, zc) in [(Float(-58), Float(-112)), (58, -102)] {
            organ((x, 46, zc), (30, 27, 54), 195)
            organ((x, 46, zc), (22, 19, 44), 150, over: .organ)
            organ((x * 0.86, 42, zc), (13, 9, 26), -70, .cavity, over: .organ)
        }
        if z < -40 {
            let psoas = min(17, (-40 - z) * 0.14 + 5)
            for x: Float in [-34, 34] {
                canvas.ellipse(x, 62, psoas, psoas + 3, .init(value: 62, tissue: .muscle, over: [.cavity, .muscle]))
            }
        }
        paintBowel(&canvas)
    }

    private func paintBowel(_ canvas: inout DemoCanvas) {
        func loop(_ center: (Float, Float, Float), _ radius: Float, _ hasGas: Bool) {
            canvas.ellipsoid(center, (radius, radius * 0.9, radius), .init(value: 92, tissue: .organ, over: .cavity))
            let inner = radius - 2.5
            let lumen = DemoCanvas.Paint(value: 22, tissue: .organ, over: .organ)
            canvas.ellipsoid(center, (inner, inner * 0.9, inner), lumen)
            guard hasGas else { return }
            canvas.ellipsoid(
                (center.0, center.1 - radius * 0.34, center.2), (inner * 0.72, inner * 0.5, inner * 0.8),
                .init(value: -970, tissue: .gas, over: .organ))
        }
        for one in bowel { loop(one.center, one.radius, one.hasGas) }
        // Ascending and descending colon, the transverse one as a chain of haustra.
        for step in 0..<7 {
            let fall = Float(step) * 18
            loop((-104, 18, -92 - fall), 19, step.isMultiple(of: 2))
            loop((106, 26, -110 - fall), 15, step.isMultiple(of: 3))
            loop((-84 + Float(step) * 28, -62, -112 + demoSine(Float(step)) * 8), 16, !step.isMultiple(of: 3))
        }
    }

    private func paintNodule(_ canvas: inout DemoCanvas) {
        let center = DemoStudies.Calibration.nodule.map { Float($0) }
        let radius = Float(DemoStudies.Calibration.noduleDiameter(in: study)) / 2
        canvas.ellipsoid(
            (center[0], center[1], center[2]), (radius, radius, radius), isBent: false,
            .init(value: 30, tissue: .organ, over: [.lung, .vessel, .organ]))
    }

    /// A cradle of carbon fibre with foam on it. The couch stood 4 mm lower the year before.
    private func paintTable(_ canvas: inout DemoCanvas) {
        let drop: Float = study == .priorChestAbdomen ? 4 : 0
        let air = DemoCanvas.Paint(value: -958, tissue: .device, over: .air)
        let shell = DemoCanvas.Paint(value: -180, tissue: .device, over: [.air, .device])
        func top(_ x: Float) -> Float { 152 + drop - 0.0008 * x * x }
        canvas.region(y: 112, 160 + drop, air) { x, y in
            abs(x) < 186 && y < top(x) && y > 150 + drop - 0.0020 * x * x - 14 ? 1 : 0
        }
        canvas.region(y: 120, 190, shell) { x, y in
            guard abs(x) < 188 else { return 0 }
            let upper = 1.4 - abs(y - top(x))
            let lower = 1.4 - abs(y - (182 + drop - 0.0012 * x * x))
            return min(1, max(upper, lower) / Self.pixel + 0.5)
        }
    }

    private func paintCalibration(_ canvas: inout DemoCanvas) {
        let pad = DemoCanvas.Paint(value: 20, tissue: .device)
        canvas.region(y: 111, 137, pad) { x, y in
            min(1, min(110 - abs(x), 12 - abs(y - 124)) / Self.pixel + 0.5)
        }
        for rod in DemoStudies.Calibration.rods {
            canvas.ellipse(
                Float(rod.x), Float(rod.y), Float(rod.radius), Float(rod.radius), isBent: false,
                .init(value: Float(rod.value), tissue: .device))
        }
        for bead in DemoStudies.Calibration.beads {
            canvas.ellipsoid(
                (Float(bead[0]), Float(bead[1]), Float(bead[2])), (2, 2, 2), isBent: false,
                .init(value: 2500, tissue: .device))
        }
    }
}
