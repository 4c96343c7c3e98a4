#include "study/checkpoint.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <thread>

#include "graph/exported_program_archive.h"
#include "graph/file_kind.h"
#include "graph/model.h"
#include "numerics/rounding.h"
#include "storage/checkpoint.h"
#include "storage/element_values.h"
#include "storage/mapped_file.h"
#include "storage/zip_archive.h"
#include "study/format_runner.h"

namespace mantissa {
namespace {

// Large enough that threads seldom meet at the counter, small enough to stay in the cache.
constexpr std::int64_t kChunk = std::int64_t{1} << 17;

// Pages of a mapped file are given back after this many chunks.
constexpr std::size_t kRelease = 32;

/// Sums over one chunk; adding them up chunk by chunk gives the same bits on any number of threads.
struct CastSums {
    std::int64_t overflows = 0, underflows = 0;
    double maxAbs = 0, signal = 0, noise = 0;  // squares

    void add(const CastSums& other) {
        overflows += other.overflows;
        underflows += other.underflows;
        maxAbs = std::max(maxAbs, other.maxAbs);
        signal += other.signal;
        noise += other.noise;
    }

    CastLoss loss() const {
        CastLoss loss{.overflows = overflows, .underflows = underflows, .maxAbs = maxAbs, .sqnrDb = std::nullopt};
        if (signal > 0)
            loss.sqnrDb = noise > 0 ? 10 * std::log10(signal / noise) : std::numeric_limits<double>::infinity();
        return loss;
    }
};

struct Sums {
    std::int64_t count = 0, nans = 0, infinities = 0;
    double min = std::numeric_limits<double>::infinity(), max = -min, sum = 0;
    std::vector<CastSums> casts;

    void add(const Sums& other) {
        count += other.count;
        nans += other.nans;
        infinities += other.infinities;
        min = std::min(min, other.min);
        max = std::max(max, other.max);
        sum += other.sum;
        casts.resize(std::max(casts.size(), other.casts.size()));
        for (std::size_t i = 0; i < other.casts.size(); ++i) casts[i].add(other.casts[i]);
    }

    ValueSummary summary() const {
        ValueSummary summary{.count = count, .nans = nans, .infinities = infinities, .min = {}, .max = {}, .mean = {}};
        const std::int64_t finite = count - nans - infinities;
        if (finite == 0) return summary;
        summary.min = min;
        summary.max = max;
        summary.mean = sum / static_cast<double>(finite);
        return summary;
    }
};

/// A format to cast to, and where values leave its range when it has no code that says so.
struct Target {
    Format format;
    double lowest = -std::numeric_limits<double>::infinity(), largest = -lowest;

    explicit Target(const Format& f) : format(f) {
        const FormatLimits l = limits(f);
        if (l.nans > 0 || l.infinities > 0) return;
        // Half a step beyond the last value rounding still leads back to it. The tie itself leads away from a largest
        // value, whose code is odd, and back to an integer format's lowest, whose code is even.
        const double half = ulp(f, l.max) / 2;
        largest = l.max + half;
        lowest = -largest;
        if (f.kind == FormatKind::integer)
            lowest = std::nextafter(f.signBits == 0 ? -half : -l.max - 1 - half, -largest * 2);
    }

    bool overflows(double value, double rounded) const {
        return !std::isfinite(rounded) || value >= largest || value <= lowest;
    }
};

template <class Value>
void castInto(CastSums& sums, const Target& target, std::span<const Value> values, std::span<const Value> rounded) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto x = static_cast<double>(values[i]), q = static_cast<double>(rounded[i]);
        if (!std::isfinite(x)) continue;
        if (target.overflows(x, q)) {
            ++sums.overflows;
            continue;
        }
        if (q == 0 && x != 0) ++sums.underflows;
        const double delta = q - x;
        sums.maxAbs = std::max(sums.maxAbs, std::abs(delta));
        sums.signal += x * x;
        sums.noise += delta * delta;
    }
}

template <class Value>
void summarise(Sums& sums, std::span<const Value> values) {
    sums.count += static_cast<std::int64_t>(values.size());
    for (const Value value : values) {
        const auto x = static_cast<double>(value);
        if (std::isnan(x)) {
            ++sums.nans;
        } else if (std::isinf(x)) {
            ++sums.infinities;
        } else {
            sums.min = std::min(sums.min, x);
            sums.max = std::max(sums.max, x);
            sums.sum += x;
        }
    }
}

/// Goes through chunks; one a thread, which keeps its memory from chunk to chunk.
class ChunkReader {
  public:
    explicit ChunkReader(const std::vector<Target>& targets) : targets_(targets) {}

    Sums read(const TensorRecord& tensor, std::int64_t begin, std::int64_t count) {
        Sums sums;
        if (fitsFp32(tensor.dtype)) {
            const auto values = fill(narrow_, tensor, begin, count);
            summarise(sums, std::span<const float>(values));
            if (!isFloating(tensor.dtype)) return sums;
            rounded_.resize(values.size());
            for (const Target& target : targets_) {
                roundArray(target.format, values, rounded_);
                castInto(sums.casts.emplace_back(), target, std::span<const float>(values),
                         std::span<const float>(rounded_));
            }
            return sums;
        }
        const auto values = fill(wide_, tensor, begin, count);
        summarise(sums, std::span<const double>(values));
        if (!isFloating(tensor.dtype)) return sums;
        roundedWide_.resize(values.size());
        for (const Target& target : targets_) {
            std::transform(values.begin(), values.end(), roundedWide_.begin(),
                           [&](double value) { return roundTo(target.format, value); });
            castInto(sums.casts.emplace_back(), target, std::span<const double>(values),
                     std::span<const double>(roundedWide_));
        }
        return sums;
    }

  private:
    template <class Value>
    static std::span<Value> fill(std::vector<Value>& buffer, const TensorRecord& tensor, std::int64_t begin,
                                 std::int64_t count) {
        buffer.resize(static_cast<std::size_t>(count));
        readValues(tensor, begin, std::span<Value>(buffer));
        return buffer;
    }

    const std::vector<Target>& targets_;
    std::vector<float> narrow_, rounded_;
    std::vector<double> wide_, roundedWide_;
};

/// The tensors of a file that is no mere state dict: a TorchScript or other whole model.
Result<Checkpoint> openWholeModel(const std::filesystem::path& path) {
    auto model = openModel(path);
    if (!model) return std::move(model).error();
    Checkpoint checkpoint{.path = path, .form = std::string(kindName((*model)->kind)), .tensors = {}};
    for (const auto& weight : (*model)->graph.weights)
        if (weight.isParameter || weight.persistent) checkpoint.tensors.push_back(weight.tensor);
    return checkpoint;
}

/// Whether a zip holds more than a state dict: TorchScript has constants beside its code.
bool holdsProgram(const ZipArchive& archive) {
    return archive.has(archive.rootFolder() + "/constants.pkl") || looksLikeExportedProgram(archive);
}

Result<Checkpoint> openTensors(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        auto file = checkpointIn(path);
        if (!file) return std::move(file).error();
        return openTensors(*file);
    }
    auto file = MappedFile::open(path);
    if (!file) return std::move(file).error();
    switch (tellApart(file->bytes())) {
        case FileKind::onnx:
            return openWholeModel(path);
        case FileKind::zip: {
            auto archive = ZipArchive::open(path);
            if (!archive) return std::move(archive).error();
            if (holdsProgram(*archive)) return openWholeModel(path);
            break;
        }
        default:
            break;
    }
    return openCheckpoint(path);
}

class CheckpointStudy {
  public:
    CheckpointStudy(const CheckpointRequest& request, const std::stop_token& stop, const Progress& progress)
        : stop_(stop), progress_(progress) {
        report_.path = request.path;
        report_.formats = request.formats;
        for (const Format& format : request.formats) targets_.emplace_back(format);
    }

    Result<CheckpointReport> run();

  private:
    struct Chunk {
        std::size_t tensor;
        std::int64_t begin, count;
        Sums sums;
    };

    void cut();
    void work(bool reportsProgress);
    void releaseUpTo(std::size_t last) const;
    void addUp();

    const std::stop_token& stop_;
    const Progress& progress_;
    Checkpoint checkpoint_;
    std::vector<Target> targets_;
    std::vector<Chunk> chunks_;
    std::atomic<std::size_t> next_ = 0;
    CheckpointReport report_;
};

void CheckpointStudy::cut() {
    for (std::size_t i = 0; i < checkpoint_.tensors.size(); ++i) {
        const std::int64_t count = valueCount(checkpoint_.tensors[i]);
        for (std::int64_t begin = 0; begin < count; begin += kChunk)
            chunks_.push_back({.tensor = i, .begin = begin, .count = std::min(kChunk, count - begin), .sums = {}});
    }
}

void CheckpointStudy::work(bool reportsProgress) {
    ChunkReader reader(targets_);
    for (std::size_t i; (i = next_++) < chunks_.size() && !stop_.stop_requested();) {
        Chunk& chunk = chunks_[i];
        const TensorRecord& tensor = checkpoint_.tensors[chunk.tensor];
        if (reportsProgress)
            progress_({.stage = tensor.name,
                       .done = static_cast<std::int64_t>(i),
                       .total = static_cast<std::int64_t>(chunks_.size())});
        chunk.sums = reader.read(tensor, chunk.begin, chunk.count);
        if (checkpoint_.mapped && (i + 1) % kRelease == 0) releaseUpTo(i);
    }
}

/// Twice each: whoever still read a chunk the first time, or the system, which maps pages around the one asked for,
/// brought pages back.
void CheckpointStudy::releaseUpTo(std::size_t last) const {
    for (std::size_t i = last + 1 - std::min(last + 1, 2 * kRelease); i <= last; ++i) {
        const TensorRecord& tensor = checkpoint_.tensors[chunks_[i].tensor];
        if (!tensor.strides.empty()) continue;
        const std::size_t bytesPerValue = tensor.bytes.size() / static_cast<std::size_t>(valueCount(tensor));
        MappedFile::release(tensor.bytes.subspan(static_cast<std::size_t>(chunks_[i].begin) * bytesPerValue,
                                                 static_cast<std::size_t>(chunks_[i].count) * bytesPerValue));
    }
}

void CheckpointStudy::addUp() {
    std::vector<Sums> ofTensor(checkpoint_.tensors.size());
    Sums all;
    all.casts.resize(targets_.size());
    for (const Chunk& chunk : chunks_) {
        ofTensor[chunk.tensor].add(chunk.sums);
        all.add(chunk.sums);
    }
    for (std::size_t i = 0; i < ofTensor.size(); ++i) {
        const TensorRecord& tensor = checkpoint_.tensors[i];
        TensorSummary summary{.name = tensor.name,
                              .dtype = tensor.dtype,
                              .shape = tensor.shape,
                              .bytes = tensor.numel() * static_cast<std::int64_t>(elementBytes(tensor.dtype)),
                              .values = ofTensor[i].summary(),
                              .casts = {}};
        if (isFloating(tensor.dtype))
            ofTensor[i].casts.resize(targets_.size());  // a tensor without elements loses nothing
        for (const CastSums& cast : ofTensor[i].casts) summary.casts.push_back(cast.loss());
        report_.bytes += summary.bytes;
        report_.tensors.push_back(std::move(summary));
    }
    report_.values = all.summary();
    for (const CastSums& cast : all.casts) report_.casts.push_back(cast.loss());
}

Result<CheckpointReport> CheckpointStudy::run() {
    auto opened = openTensors(report_.path);
    if (!opened) return std::move(opened).error();
    checkpoint_ = *std::move(opened);
    report_.form = checkpoint_.form;
    cut();
    {
        const std::size_t threads =
            std::min<std::size_t>(std::max(1u, std::thread::hardware_concurrency()), chunks_.size());
        std::vector<std::jthread> others;
        for (std::size_t i = 1; i < threads; ++i) others.emplace_back([this] { work(false); });
        work(static_cast<bool>(progress_));
    }
    if (stop_.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "interrupted"};
    addUp();
    return std::move(report_);
}

}  // namespace

Result<CheckpointReport> inspectCheckpoint(const CheckpointRequest& request, std::stop_token stop,
                                           const Progress& progress) {
    try {
        return CheckpointStudy(request, stop, progress).run();
    } catch (const std::exception& exception) {
        return errorFrom(exception, request.path.string());
    }
}

}  // namespace mantissa
