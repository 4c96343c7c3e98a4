#include "study/checkpoint.h"

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "graph/exported_program_archive.h"
#include "graph/file_kind.h"
#include "graph/model.h"
#include "storage/checkpoint.h"
#include "storage/element_values.h"
#include "storage/mapped_file.h"
#include "storage/zip_archive.h"
#include "study/checkpoint_chunks.h"
#include "study/format_runner.h"

namespace mantissa {
namespace {

// Pages of a mapped file are given back after this many chunks.
constexpr std::size_t kRelease = 32;

/// How the formats that have scales are scaled.
std::string scalingOf(const std::vector<Format>& formats) {
    std::string integers, blocks;
    for (const Format& format : formats) {
        std::string* list = format.kind == FormatKind::integer ? &integers : format.blockSize > 0 ? &blocks : nullptr;
        if (list) *list += (list->empty() ? "" : ", ") + format.title;
    }
    std::string words;
    if (!integers.empty())
        words = integers + ": one FP32 scale an output channel, as a comparison casts weights; tensors of fewer than "
                           "two dimensions stay FP32";
    if (!blocks.empty()) words += (words.empty() ? "" : ". ") + blocks + ": elements alone, without the scales of blocks";
    return words;
}

/// Which of a checkpoint's types have values that cannot be told apart.
std::string unreadOf(const std::vector<TensorRecord>& tensors) {
    std::set<std::string_view> names;
    for (const TensorRecord& tensor : tensors)
        if (!hasReadableValues(tensor.dtype)) names.insert(dtypeName(tensor.dtype));
    std::string words;
    for (const auto name : names) words += (words.empty() ? "" : ", ") + std::string(name);
    return words.empty() ? words : words + ": values not read, for nothing says in which order they share bytes";
}

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
        case FileKind::other:
            return Error{.code = ErrorCode::unsupported,
                         .message = describeOther(file->bytes()),
                         .where = path.string()};
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
        report_.scaling = scalingOf(request.formats);
    }

    Result<CheckpointReport> run();

  private:
    struct Chunk {
        std::size_t tensor;
        std::int64_t begin, count;
        ChunkSums sums;
    };

    void cut();
    void work(bool reportsProgress);
    void releaseUpTo(std::size_t last) const;
    void addUp();

    const std::stop_token& stop_;
    const Progress& progress_;
    Checkpoint checkpoint_;
    std::vector<CastTarget> targets_;
    std::vector<Chunk> chunks_;
    std::atomic<std::size_t> next_ = 0;
    CheckpointReport report_;
};

void CheckpointStudy::cut() {
    const bool scaled = std::any_of(targets_.begin(), targets_.end(), [](const CastTarget& t) { return t.isInteger(); });
    for (std::size_t i = 0; i < checkpoint_.tensors.size(); ++i) {
        const TensorRecord& tensor = checkpoint_.tensors[i];
        const std::int64_t count = valueCount(tensor);
        if (count == 0 || !hasReadableValues(tensor.dtype)) continue;
        // A scale's values stay together.
        const std::int64_t together = scaled && isFloating(tensor.dtype) ? channelValues(tensor) : 1;
        const std::int64_t step = std::max<std::int64_t>(kChunk / together, 1) * together;
        for (std::int64_t begin = 0; begin < count; begin += step)
            chunks_.push_back({.tensor = i, .begin = begin, .count = std::min(step, count - begin), .sums = {}});
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
        const std::size_t bitsPerValue = 8 * tensor.bytes.size() / static_cast<std::size_t>(valueCount(tensor));
        MappedFile::release(tensor.bytes.subspan(static_cast<std::size_t>(chunks_[i].begin) * bitsPerValue / 8,
                                                 static_cast<std::size_t>(chunks_[i].count) * bitsPerValue / 8));
    }
}

void CheckpointStudy::addUp() {
    std::vector<ChunkSums> ofTensor(checkpoint_.tensors.size());
    ChunkSums all;
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
                              .bytes = tensor.numel() * static_cast<std::int64_t>(elementBits(tensor.dtype)) / 8,
                              .values = ofTensor[i].summary(),
                              .casts = {}};
        const bool read = hasReadableValues(tensor.dtype);
        if (!read) summary.values.count = valueCount(tensor);
        if (isFloating(tensor.dtype) && read)
            ofTensor[i].casts.resize(targets_.size());  // a tensor without elements loses nothing
        for (const CastSums& cast : ofTensor[i].casts) summary.casts.push_back(cast.loss());
        report_.bytes += summary.bytes;
        report_.values.count += summary.values.count;
        report_.tensors.push_back(std::move(summary));
    }
    const std::int64_t count = report_.values.count;  // with those that were not read
    report_.values = all.summary();
    report_.values.count = count;
    for (const CastSums& cast : all.casts) report_.casts.push_back(cast.loss());
}

Result<CheckpointReport> CheckpointStudy::run() {
    auto opened = openTensors(report_.path);
    if (!opened) return std::move(opened).error();
    checkpoint_ = *std::move(opened);
    report_.form = checkpoint_.form;
    report_.unread = unreadOf(checkpoint_.tensors);
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
