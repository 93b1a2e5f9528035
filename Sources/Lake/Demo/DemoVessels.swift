/// Arteries, veins and airways.
struct DemoVessels: Sendable {
    private typealias Point = DemoTube.Point

    private let aorta: [DemoTube]
    private let aorticBranches: [DemoTube]
    private let veins: [DemoTube]
    private let pulmonary: [DemoTube]
    private let lungTree: [DemoTube]
    private let liverTree: [DemoTube]
    private let airways: [DemoTube]
    private let oesophagus: [DemoTube]
    private let calcifications: [DemoTube]

    init() {
        func path(_ points: [(Float, Float, Float)], _ radii: [Float]) -> [DemoTube] {
            DemoTube.path(points.map { Point($0.0, $0.1, $0.2) }, radii: radii)
        }
        aorta = path(
            [
                (6, -14, 44), (-8, -24, 62), (-10, -24, 84), (-2, -14, 98), (10, 8, 103), (20, 28, 96), (24, 40, 80),
                (24, 44, 40), (20, 42, -20), (12, 34, -80), (6, 30, -130), (4, 30, -175),
            ], [16, 16, 15, 14, 13.5, 13, 12.5, 12, 11.5, 10.5, 9.5, 9])
        aorticBranches =
            path([(-4, -16, 98), (-18, -4, 122), (-24, 4, 160)], [7, 6, 5])
            + path([(6, 0, 102), (12, 6, 160)], [4.5, 4]) + path([(15, 18, 101), (28, 16, 160)], [5, 4.5])
            + path([(10, 24, -60), (0, 10, -64), (-34, 2, -58)], [4, 3.5, 3])
            + path([(0, 10, -64), (60, 24, -56), (96, 36, -54)], [3.5, 3, 2.5])
            + path([(9, 26, -78), (6, 2, -110), (2, -10, -150)], [4, 3.5, 2.5])
            + path([(4, 32, -100), (-40, 44, -108)], [3, 2.5]) + path([(12, 34, -98), (44, 44, -104)], [3, 2.5])
        veins =
            path([(-24, -6, 140), (-25, -14, 92), (-24, -16, 46)], [8, 9, 10])
            + path([(-24, 6, 10), (-22, 22, -10), (-20, 34, -60), (-17, 34, -175)], [13, 12, 11, 10])
            + path([(-2, 4, -104), (-14, 4, -84), (-40, 4, -66)], [6, 7, 6.5])
            + path([(-12, 4, -86), (40, 20, -70), (92, 34, -58)], [5, 4.5, 3.5])
        pulmonary =
            path([(12, -38, 50), (14, -26, 70), (8, -8, 76)], [13, 13, 12])
            + path([(8, -8, 76), (-24, 4, 70), (-46, 8, 62)], [11, 9, 7])
            + path([(14, -14, 76), (34, 8, 76), (48, 14, 66)], [11, 9, 7])
            + path([(10, 8, 38), (-30, 14, 36), (-52, 16, 30)], [7, 6, 4])
            + path([(20, 8, 38), (44, 16, 34), (60, 20, 28)], [7, 6, 4])
        lungTree = Self.lungTree()
        liverTree =
            Self.tree(
                from: Point(-42, 4, -66), towards: Point(-1, 0, 0.1), radius: 5, length: 26, generations: 7, seed: 91)
            + Self.tree(
                from: Point(-24, 12, -24), towards: Point(-0.8, -0.2, -0.6), radius: 5.5, length: 24, generations: 7,
                seed: 92)
        airways =
            path(
                [(0, 8, 165), (0, 16, 110), (1, 20, 80)], [9, 9, 9])
            + path([(1, 20, 80), (-22, 20, 62), (-46, 18, 50), (-56, 20, 22)], [8, 7, 5, 3])
            + path([(1, 20, 80), (26, 22, 64), (48, 22, 50), (58, 24, 24)], [8, 6.5, 5, 3])
        oesophagus = path([(6, 34, 165), (8, 36, 60), (12, 30, -10), (34, 6, -34)], [6.5])
        calcifications =
            path([(35, 41, 42), (35, 44, 34)], [1.6]) + path([(30, 40, -14), (30, 44, -20)], [1.4])
            + path([(20, 34, 96), (22, 38, 92)], [1.5])
    }

    /// Arteries and veins of both lungs, one tree for each lobe.
    private static func lungTree() -> [DemoTube] {
        var tubes: [DemoTube] = []
        let roots: [(Point, Point)] = [
            (Point(-44, 8, 62), Point(-0.6, -0.3, 0.9)), (Point(-46, 8, 60), Point(-0.9, -0.6, -0.1)),
            (Point(-48, 12, 54), Point(-0.5, 0.5, -1)), (Point(-48, 12, 50), Point(-0.8, 0.7, 0.2)),
            (Point(46, 14, 66), Point(0.6, -0.4, 0.9)), (Point(48, 14, 62), Point(0.8, -0.8, -0.2)),
            (Point(50, 16, 54), Point(0.5, 0.5, -1)), (Point(50, 16, 52), Point(0.8, 0.7, 0.3)),
            (Point(-46, 8, 64), Point(-0.9, 0.2, 0.5)), (Point(-48, 14, 52), Point(-0.9, -0.1, -0.4)),
            (Point(48, 14, 64), Point(0.9, 0.2, 0.5)), (Point(50, 16, 50), Point(0.9, -0.2, -0.4)),
            (Point(-54, 16, 30), Point(-0.7, 0.1, -0.8)), (Point(60, 20, 28), Point(0.6, 0.1, -0.8)),
        ]
        for (index, root) in roots.enumerated() {
            tubes += tree(
                from: root.0, towards: root.1, radius: 4, length: 18, generations: 11, seed: 50 + UInt64(index))
        }
        return tubes
    }

    /// Branches in two, again and again, each thinner, shorter and somewhat turned.
    private static func tree(
        from root: Point, towards direction: Point, radius: Float, length: Float, generations: Int, seed: UInt64
    ) -> [DemoTube] {
        var random = DemoRandom(seed: seed)
        var tubes: [DemoTube] = []
        var tips = [(root, direction, radius, length)]
        for generation in 0..<generations {
            var next: [(Point, Point, Float, Float)] = []
            for (start, way, radius, length) in tips {
                for branch in 0..<(generation == 0 ? 1 : 2) {
                    let spread: Float = branch == 0 ? 0.35 : 0.85
                    var turned = Point(
                        way.x + random.signed() * spread, way.y + random.signed() * spread,
                        way.z + random.signed() * spread)
                    let size = max(
                        1e-3, (turned.x * turned.x + turned.y * turned.y + turned.z * turned.z).squareRoot())
                    turned = Point(turned.x / size, turned.y / size, turned.z / size)
                    let step = length * (1 + 0.3 * random.signed())
                    let end = Point(start.x + turned.x * step, start.y + turned.y * step, start.z + turned.z * step)
                    let thinner = radius * (branch == 0 ? 0.86 : 0.74)
                    tubes.append(DemoTube(start: start, end: end, startRadius: radius, endRadius: thinner))
                    if thinner > 0.35 { next.append((end, turned, thinner, length * 0.87)) }
                }
            }
            tips = next
        }
        return tubes
    }

    func paint(_ canvas: inout DemoCanvas) {
        let chest: DemoCanvas.Tissue = [.lung, .mediastinum, .cavity, .organ, .vessel, .muscle, .liver]
        canvas.tube(lungTree, .init(value: 60, tissue: .vessel, over: .lung))
        canvas.tube(liverTree, .init(value: 172, tissue: .vessel, over: .liver))
        canvas.tube(pulmonary, .init(value: 165, tissue: .vessel, over: [.lung, .mediastinum, .cavity, .vessel]))
        canvas.tube(oesophagus, .init(value: 48, tissue: .organ, over: chest))
        canvas.tube(oesophagus, grow: -4.5, .init(value: -300, tissue: .gas, over: .organ))
        canvas.tube(veins, .init(value: 148, tissue: .vessel, over: chest))
        canvas.tube(aorticBranches, .init(value: 168, tissue: .vessel, over: chest))
        canvas.tube(aorta, grow: 1.4, .init(value: 55, tissue: .vessel, over: chest))
        canvas.tube(aorta, .init(value: 172, tissue: .vessel))
        canvas.tube(calcifications, .init(value: 780, tissue: .bone))
        canvas.tube(airways, grow: 1.5, .init(value: 20, tissue: .organ, over: chest))
        canvas.tube(airways, .init(value: -990, tissue: .gas, over: [.organ, .lung, .mediastinum]))
    }
}
