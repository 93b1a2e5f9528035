import ByteIO
import DICOMImaging
import Foundation
import Synchronization

/// Processes of this same program in which the C libraries for JPEG 2000, HTJ2K and JPEG XL decode.
///
/// A frame that makes a library crash, hang or eat memory costs a worker, and is an error of that frame. Workers are
/// kept for the next frame, unless one failed: who knows what the frame left behind.
final class DecodeWorkers: CodecSandbox {
    private let idle = Mutex<[Worker]>([])
    private let most = max(1, ProcessInfo.processInfo.activeProcessorCount)
    /// Frames after which a worker is replaced, whatever its libraries leak.
    private static let framesEach = 1000

    func decode(_ frame: ForeignFrame) throws(ImagingError) -> Bytes {
        let request = WorkerMessage(code: nil, body: frame.encoded)
        if let worker = idle.withLock({ $0.popLast() }) {
            // It may have been ended while it waited, for which this frame is not to blame.
            if let samples = try run(request, frame, worker) { return samples }
        }
        guard let samples = try run(request, frame, Worker()) else {
            throw ImagingError(.corrupt, "the decoder ended while it decoded the frame")
        }
        return samples
    }

    /// The samples; `nil` where the worker died.
    private func run(
        _ request: WorkerMessage, _ frame: ForeignFrame, _ worker: Worker
    ) throws(ImagingError) -> Bytes? {
        let deadline = ContinuousClock.now + WorkerLimits(frame).patience
        let answer: WorkerMessage
        do {
            try worker.channel.send(request, deadline: deadline)
            answer = try worker.channel.receive(limit: max(frame.sampleBytes, 4096), deadline: deadline)
        } catch {
            worker.end()
            switch error {
            case .closed: return nil
            case .tooSlow: throw ImagingError(.corrupt, "the decoder took too long over the frame")
            case .tooLong: throw ImagingError(.corrupt, "the decoder answered what is no frame")
            }
        }
        if let code = answer.code {
            worker.end()
            throw ImagingError(code, String(decoding: answer.body.array.prefix(400), as: UTF8.self))
        }
        keep(worker)
        return answer.body
    }

    private func keep(_ used: Worker) {
        var worker = used
        worker.frames += 1
        let rested = worker
        let isKept =
            rested.frames < Self.framesEach
            && idle.withLock { workers in
                guard workers.count < most else { return false }
                workers.append(rested)
                return true
            }
        if !isKept { rested.end() }
    }
}
