import DICOMImaging

/// Patches that stand in a row as letters and digits of a line do: of about one height, on one line, close together,
/// of strokes with sharp edges.
struct TextLines {
    /// What must be seen before a row of patches is taken for text.
    struct Demand {
        /// Letters in a row.
        var letters = 4
        /// How much darker it is two pixels beside a stroke, at the least.
        var contrast = 1
        /// Share of the letters that end on the line, and are as high as the others.
        var alignment = 0.6
        /// The strokes are of one value: patches without contrast are what by chance has the same, and no noise.
        var isDrawn = false
    }

    let regions: [PixelRegion]

    private static let heights = 5...96
    /// Patches that are looked at; more are no text but noise.
    private static let limit = 20_000
    private static let patchLimit = 200_000
    /// Lines after which a frame is full of text, wherever more of it may be.
    private static let lineLimit = 500

    init(_ strokes: Strokes, _ demand: Demand) {
        let strokes = demand.isDrawn ? strokes.standing(out: demand.contrast) : strokes
        let letters = strokes.patches.filter { Self.isLetter($0, demand) }
        guard (1...Self.limit).contains(letters.count), strokes.patches.count <= Self.patchLimit else {
            regions = []
            return
        }
        var demand = demand
        // Where there are so many patches of which so few look like letters, some stand in a row by chance.
        if strokes.patches.count > 300, letters.count * 3 < strokes.patches.count { demand.letters *= 2 }
        let dust = Dust(strokes)
        let byBottom = Dictionary(grouping: letters.indices, by: { letters[$0].bottom })
        var used = [Bool](repeating: false, count: letters.count)
        var found: [PixelRegion] = []
        for bottom in byBottom.keys.sorted() where found.count < Self.lineLimit {
            // Small letters stand on the line that capitals stand on; a pixel more or less is the font's curves.
            let near = (-1...1).flatMap { byBottom[bottom + $0] ?? [] }.filter { !used[$0] }
                .sorted { letters[$0].left < letters[$1].left }
            for chain in Self.chains(near, letters) where Self.isText(chain.map { letters[$0] }, dust, demand) {
                for index in chain { used[index] = true }
                if let region = Self.region(chain.map { letters[$0] }, strokes.patches) { found.append(region) }
            }
        }
        regions = Self.merged(found)
    }

    /// A letter, or several that touch.
    private static func isLetter(_ patch: Strokes.Patch, _ demand: Demand) -> Bool {
        guard heights.contains(patch.height), patch.width <= patch.height * 14,
            patch.stands(out: demand.contrast)
        else { return false }
        let box = patch.width * patch.height
        // A full box is a rectangle, or the "I" of a font without serifs.
        let isFilled = patch.area * 20 >= box * 17 && patch.width * 3 > patch.height
        guard !isFilled, patch.area * 8 >= box else { return false }
        guard patch.width * 5 > patch.height * 8 else { return true }
        // Wider than a letter: strokes must follow one another as those of letters do.
        return patch.runs * 5 >= patch.width * 4
    }

    /// Runs of patches with no more than a wide blank between two.
    /// - Parameter indices: of letters, from left to right.
    private static func chains(_ indices: [Int], _ letters: [Strokes.Patch]) -> [[Int]] {
        var done: [[Int]] = []
        var open: [[Int]] = []
        for index in indices {
            let letter = letters[index]
            let isOver = { (chain: [Int]) in
                (chain.last.map { letters[$0].right } ?? 0) + heights.upperBound * 3 / 2 < letter.left
            }
            done += open.filter(isOver)
            open.removeAll(where: isOver)
            let place = open.lastIndex { chain in
                guard let last = chain.last.map({ letters[$0] }) else { return false }
                let height = max(last.height, letter.height)
                return letter.left - last.right <= height * 3 / 2 && letter.left > last.left
                    && min(last.height, letter.height) * 2 >= height
            }
            if let place { open[place].append(index) } else { open.append([index]) }
        }
        return done + open
    }

    /// - Parameter dust: noise has far more of it than of patches that look like letters.
    private static func isText(_ chain: [Strokes.Patch], _ dust: Dust, _ demand: Demand) -> Bool {
        let count = chain.reduce(0) { $0 + max(1, $1.width * 10 / max(1, $1.height * 8)) }
        guard count >= demand.letters, let first = chain.first, let last = chain.last else { return false }
        let heights = chain.map(\.height).sorted()
        let usual = heights[heights.count / 2]
        let even = chain.filter { abs($0.height - usual) <= max(1, usual / 8) }.count
        guard Double(even) >= demand.alignment * Double(chain.count) else { return false }
        // Letters differ: equal bars at equal distances are a scale.
        let isScale = Set(chain.map(\.area)).count == 1 && Set(chain.map(\.width)).count == 1
        guard !isScale, last.right - first.left >= usual else { return false }
        let rows = (chain.map(\.top).min() ?? 0)...(chain.map(\.bottom).max() ?? 0)
        return !dust.hasMore(than: count, rows, first.left...max(first.left, last.right))
    }

    /// The box of a line, with what belongs to it and is no letter by itself: dots, letters that fade or touch.
    private static func region(_ chain: [Strokes.Patch], _ patches: [Strokes.Patch]) -> PixelRegion? {
        guard var box = chain.first else { return nil }
        for letter in chain { box.join(letter) }
        let height = box.height
        let near = patches.filter { patch in
            patch.bottom >= box.top && patch.top <= box.bottom && patch.height <= 2 * height
                && patch.width <= 20 * height
        }
        var isGrowing = near.count <= 2000
        while isGrowing {
            isGrowing = false
            for patch in near where patch.left < box.left || patch.right > box.right {
                guard patch.right >= box.left - 2 * height, patch.left <= box.right + 2 * height else { continue }
                (box.left, box.right) = (min(box.left, patch.left), max(box.right, patch.right))
                isGrowing = true
            }
        }
        let region = PixelRegion(x: box.left, y: box.top, width: box.width, height: height)
        return region?.grown(by: max(2, height / 4))
    }

    /// Regions that overlap as one.
    static func merged(_ regions: [PixelRegion]) -> [PixelRegion] {
        var out: [PixelRegion] = []
        for region in regions.prefix(2000) {
            var region = region
            while let index = out.firstIndex(where: { $0.overlaps(region) }) {
                region = region.joined(out.remove(at: index))
            }
            out.append(region)
        }
        return out.sorted { ($0.y, $0.x) < ($1.y, $1.x) }
    }
}

/// Patches of a few pixels, by the row in which they begin.
private struct Dust {
    /// Leftmost columns, ascending.
    private var rows: [Int: [Int]] = [:]

    init(_ strokes: Strokes) {
        for patch in strokes.patches where patch.area <= 5 { rows[patch.top, default: []].append(patch.left) }
        rows = rows.mapValues { $0.sorted() }
    }

    /// Whether more than `count` lie in some rows and columns.
    func hasMore(than count: Int, _ range: ClosedRange<Int>, _ columns: ClosedRange<Int>) -> Bool {
        var found = 0
        for row in range {
            guard let lefts = rows[row] else { continue }
            var (low, high) = (0, lefts.count)
            while low < high {
                let middle = (low + high) / 2
                if lefts[middle] < columns.lowerBound { low = middle + 1 } else { high = middle }
            }
            while low < lefts.count, lefts[low] <= columns.upperBound {
                found += 1
                if found > count { return true }
                low += 1
            }
        }
        return false
    }
}
