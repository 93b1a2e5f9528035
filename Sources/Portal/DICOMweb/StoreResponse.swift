import Foundation
import HTTPTypes
import Lake

/// The answer to a store request: verdicts as PS3.18 §10.5.3.2 and as lines for programs.
struct StoreResponse {
    /// `http://host/dicom-web`.
    let base: String
    var verdicts: [Verdict] = []

    /// 200 when all is stored and published, 409 when nothing is, 202 between (PS3.18 Table 10.5.3-1).
    var status: HTTPResponse.Status {
        let stored = verdicts.filter { $0.kind == .accepted || $0.kind == .alreadyThere }.count
        let held = verdicts.filter { $0.kind == .held }.count
        if stored == verdicts.count, stored > 0 { return .ok }
        return stored + held > 0 ? .accepted : .conflict
    }

    /// Store Instances Response Module in DICOM JSON.
    func json() throws -> Data {
        var referenced: [Any] = []
        var failed: [Any] = []
        var other: [Any] = []
        for verdict in verdicts {
            guard let instance = verdict.instance else {
                other.append(["00081197": Self.short(Self.failureReason(verdict))])
                continue
            }
            var item: [String: Any] = [
                "00081150": verdict.sopClass.map { Self.value("UI", $0) } ?? ["vr": "UI"],
                "00081155": Self.value("UI", instance),
            ]
            switch verdict.kind {
            case .accepted, .alreadyThere:
                item["00081190"] = Self.value("UR", url(verdict, instance))
                referenced.append(item)
            case .held:
                // Stored, and not to be had before a person has looked at it: B000H, with warning (PS3.4 §B.2.3).
                item["00081196"] = Self.short(0xB000)
                referenced.append(item)
            case .conflict, .rejected:
                item["00081197"] = Self.short(Self.failureReason(verdict))
                failed.append(item)
            }
        }
        var module: [String: Any] = [:]
        let studies = Set(verdicts.filter { $0.kind == .accepted || $0.kind == .alreadyThere }.compactMap(\.study))
        if studies.count == 1, let study = studies.first {
            module["00081190"] = Self.value("UR", "\(base)/studies/\(study)")
        }
        if !referenced.isEmpty { module["00081199"] = ["vr": "SQ", "Value": referenced] as [String: Any] }
        if !failed.isEmpty { module["00081198"] = ["vr": "SQ", "Value": failed] as [String: Any] }
        if !other.isEmpty { module["0008119A"] = ["vr": "SQ", "Value": other] as [String: Any] }
        return try JSONSerialization.data(withJSONObject: module, options: [.sortedKeys, .withoutEscapingSlashes])
    }

    private func url(_ verdict: Verdict, _ instance: String) -> String {
        guard let study = verdict.study, let series = verdict.series else { return base }
        return "\(base)/studies/\(study)/series/\(series)/instances/\(instance)"
    }

    private static func value(_ vr: String, _ text: String) -> [String: Any] { ["vr": vr, "Value": [text]] }
    private static func short(_ number: Int) -> [String: Any] { ["vr": "US", "Value": [number]] }

    /// PS3.18 Annex I.2.2 and PS3.4 §B.2.3.
    private static func failureReason(_ verdict: Verdict) -> Int {
        if verdict.kind == .conflict { return 0x0111 }
        return switch verdict.failure {
        case .notDICOM, .unreadable: 0xC000
        case .tooLarge, .unavailable: 0xA700
        case .cannotDeidentify, .refused, nil: 0x0110
        }
    }
}

/// One line of `application/x-ndjson`.
struct StoreLine: Encodable {
    let index: Int
    let verdict: String
    let study: String?
    let series: String?
    let instance: String?
    let reason: String?
    let failure: String?

    init(_ index: Int, _ verdict: Verdict) {
        self.index = index
        self.verdict = verdict.kind == .alreadyThere ? "alreadyThere" : verdict.kind.rawValue
        study = verdict.study
        series = verdict.series
        instance = verdict.instance
        reason = verdict.reason
        failure = verdict.failure?.rawValue
    }

    /// What was wrong with the body as a whole.
    struct Failure: Encodable {
        let error: String
    }
}
