#include "study/memory.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "run/dtypes.h"
#include "run/memory_limit.h"
#include "study/format_runner.h"
#include "study/sensitivity.h"
#include "study/study_input.h"

namespace mantissa {
namespace {

constexpr int kMostPictures = 4096;
constexpr std::size_t kMostShares = 12;

/// Resident memory of this process: the second number of /proc/self/statm, in pages (proc(5)). 0 where there is no such
/// file.
std::int64_t residentBytes() {
    std::ifstream statm("/proc/self/statm");
    std::int64_t size = 0, resident = 0;
    statm >> size >> resident;
    return resident * static_cast<std::int64_t>(sysconf(_SC_PAGESIZE));
}

RgbImage greyPicture(const Preprocessing& how) {
    RgbImage grey{.width = how.inputWidth(), .height = how.inputHeight(), .pixels = {}};
    grey.pixels.assign(std::size_t{3} * static_cast<std::size_t>(grey.width) * static_cast<std::size_t>(grey.height),
                       128);
    return grey;
}

/// Bytes of what an executor holds beside parameters.
std::int64_t heldBufferBytes(const Executor& executor) {
    const auto names = executor.parameterNames();
    const std::set<std::string> parameters(names.begin(), names.end());
    std::int64_t bytes = 0;
    for (const auto& [name, tensor] : executor.weights())
        if (!parameters.contains(name)) bytes += static_cast<std::int64_t>(tensor.nbytes());
    return bytes;
}

/// A node of the tree that the weights' names make: its own bytes and all below it.
struct NameTree {
    std::int64_t bytes = 0;
    std::map<std::string, NameTree> children;
};

NameTree weightTree(const Graph& graph) {
    NameTree root;
    for (const auto& weight : graph.weights) {
        if (!weight.isParameter && !weight.persistent) continue;
        const std::int64_t bytes =
            weight.tensor.numel() *
            static_cast<std::int64_t>(isFloating(weight.tensor.dtype) ? 4 : elementBytes(weight.tensor.dtype));
        NameTree* at = &root;
        at->bytes += bytes;
        std::istringstream path(weight.tensor.name);
        std::vector<std::string> parts;
        for (std::string part; std::getline(path, part, '.');) parts.push_back(part);
        if (parts.size() > 1) parts.pop_back();  // "weight", "bias": a layer is what holds them
        for (const auto& part : parts) {
            at = &at->children[part];
            at->bytes += bytes;
        }
    }
    return root;
}

/// Weights by module path. Starts with the whole model and splits the largest group into its parts as long as a dozen
/// hold them all; parts of a group that is not split stay together.
std::vector<LayerBytes> weightShare(const Graph& graph) {
    struct Group {
        std::string path;
        const NameTree* tree;
    };
    const NameTree root = weightTree(graph);
    std::vector<Group> groups;
    for (const auto& [name, child] : root.children) groups.push_back({name, &child});
    const auto larger = [](const Group& a, const Group& b) { return a.tree->bytes > b.tree->bytes; };
    while (true) {
        std::stable_sort(groups.begin(), groups.end(), larger);
        const auto split =
            std::find_if(groups.begin(), groups.end(), [](const Group& g) { return !g.tree->children.empty(); });
        if (split == groups.end() || groups.size() - 1 + split->tree->children.size() > kMostShares) break;
        const Group whole = *split;
        groups.erase(split);
        std::int64_t inChildren = 0;
        for (const auto& [name, child] : whole.tree->children) {
            groups.push_back({whole.path + "." + name, &child});
            inChildren += child.bytes;
        }
        // A module that holds weights of its own beside modules: both are shown only by keeping it whole.
        if (inChildren != whole.tree->bytes) {
            groups.resize(groups.size() - whole.tree->children.size());
            groups.push_back(whole);
            break;
        }
    }
    std::stable_sort(groups.begin(), groups.end(), larger);
    std::vector<LayerBytes> shares;
    for (const auto& group : groups) {
        if (shares.size() == kMostShares) {
            shares.back().layer = "everything else";
            shares.back().bytes += group.tree->bytes;
        } else {
            shares.push_back({group.path, group.tree->bytes});
        }
    }
    return shares;
}

class MemoryStudy {
  public:
    MemoryStudy(const MemoryRequest& request, std::stop_token stop, const Progress& progress)
        : request_(request), stop_(std::move(stop)), progress_(progress) {}

    Result<MemoryReport> run();

  private:
    Result<at::Tensor> makeInput() const;
    Status checkBatch(const at::Tensor& picture);
    Result<FirstRun> observe(const Format& format, const at::Tensor& input, const std::string& what);
    void fillTimeline(const FirstRun& fp32);
    FormatMemory describe(const Format& format) const;

    const Graph& graph() const { return request_.model->graph; }
    const Preprocessing& preprocessing() const {
        return request_.preprocessing ? *request_.preprocessing : request_.model->preprocessing;
    }

    const MemoryRequest& request_;
    std::stop_token stop_;
    const Progress& progress_;
    MemoryReport report_;
    std::int64_t fp32Peak_ = 0;
};

Result<at::Tensor> MemoryStudy::makeInput() const {
    const Preprocessing& how = preprocessing();
    auto prepared = prepareImage(request_.image ? request_.image->rgb : greyPicture(how), how);
    if (!prepared) return std::move(prepared).error();
    return std::move(prepared->tensor);
}

Result<FirstRun> MemoryStudy::observe(const Format& format, const at::Tensor& input, const std::string& what) {
    RunControl control{.stop = stop_};
    if (progress_)
        control.progress = [&](std::size_t done, std::size_t total) {
            progress_({.stage = what + ": layer " + std::to_string(done) + " of " + std::to_string(total),
                       .done = static_cast<std::int64_t>(done),
                       .total = static_cast<std::int64_t>(total)});
        };
    RunnerOptions options;
    options.overrides = keepingInFp32(graph(), request_.keep, format);
    options.scales = {.weights = request_.scales.weights, .activations = request_.scales.activations};
    return runFirst(graph(), format, options, input, control);
}

/// A batch that memory cannot hold ends the process, not the study, so it is computed first from one picture.
Status MemoryStudy::checkBatch(const at::Tensor& picture) {
    if (request_.batch < 1 || request_.batch > kMostPictures)
        return Error{.code = ErrorCode::invalidArgument,
                     .message = "a batch has 1 to " + std::to_string(kMostPictures) + " pictures"};
    if (request_.batch == 1) return Done{};
    auto single = observe(format("fp32"), picture, "One picture");
    if (!single) return std::move(single).error();
    std::int64_t needed = single->memory.peak() * request_.batch;
    for (const auto& format : request_.formats)
        needed = std::max(needed, scaledFromFp32(single->memory.peak() * request_.batch, format));
    const std::int64_t budget = activationBudget();
    if (needed <= budget) return Done{};
    return Error{.code = ErrorCode::invalidArgument,
                 .message = "a batch of " + std::to_string(request_.batch) + " needs about " +
                            std::to_string(needed / 1'000'000) + " MB for activations, and a model may use " +
                            std::to_string(budget / 1'000'000) + " MB here; choose a smaller one"};
}

void MemoryStudy::fillTimeline(const FirstRun& fp32) {
    const auto& bytes = fp32.memory.timeline();
    for (std::size_t i = 0; i < bytes.size(); ++i)
        report_.timeline.push_back({.layer = graph().nodes[i].layer, .op = graph().nodes[i].op, .bytes = bytes[i]});
    report_.peakNode = static_cast<std::size_t>(std::max_element(bytes.begin(), bytes.end()) - bytes.begin());
    fp32Peak_ = fp32.memory.peak();
}

FormatMemory MemoryStudy::describe(const Format& format) const {
    const StoredBytes stored = storedBytes(graph(), format, keepingInFp32(graph(), request_.keep, format), request_.scales.weights);
    FormatMemory memory;
    memory.format = format;
    memory.parameterBytes = stored.parameters;
    memory.bufferBytes = stored.buffers;
    memory.scaleBytes = stored.scales;
    memory.scaleBytesPerTensor = stored.scalesPerTensor;
    memory.activationPeakBytes = scaledFromFp32(fp32Peak_, format);
    return memory;
}

Result<MemoryReport> MemoryStudy::run() {
    report_.model = request_.model;
    report_.preprocessing = preprocessing();
    report_.batch = request_.batch;
    report_.keep = request_.keep;
    if (auto status = checkKept(graph(), request_.keep); !status) return std::move(status).error();
    auto picture = makeInput();
    if (!picture) return std::move(picture).error();
    if (auto status = checkBatch(*picture); !status) return std::move(status).error();
    const at::Tensor input = request_.batch == 1 ? *picture : picture->repeat({request_.batch, 1, 1, 1});
    {
        auto fp32 = observe(format("fp32"), input, "FP32");
        if (!fp32) return std::move(fp32).error();
        fillTimeline(*fp32);
    }
    for (const Format& format : request_.formats) {
        FormatMemory memory = describe(format);
        auto run = observe(format, input, format.title);
        if (run) {
            memory.mode = run->mode;
            memory.measuredWeightBytes = run->executor.heldWeightBytes();
            memory.measuredBufferBytes = heldBufferBytes(run->executor);
            memory.measuredActivationBytes = run->memory.peak();
            if (!request_.keep.empty()) memory.activationPeakBytes = run->memory.storedPeak();
        } else {
            if (run.error().code == ErrorCode::cancelled) return std::move(run).error();
            memory.mode = nativeDType(format) ? RunMode::native : RunMode::emulated;
            memory.error = std::move(run).error();
        }
        report_.formats.push_back(std::move(memory));
    }
    report_.weightShare = weightShare(graph());
    report_.processBytes = residentBytes();
    return std::move(report_);
}

}  // namespace

Result<MemoryReport> measureMemory(const MemoryRequest& request, std::stop_token stop, const Progress& progress) {
    if (!request.model) return Error{.code = ErrorCode::invalidArgument, .message = "there is no model to measure"};
    try {
        return MemoryStudy(request, std::move(stop), progress).run();
    } catch (const std::exception& exception) {
        return errorFrom(exception, request.model->path.string());
    }
}

}  // namespace mantissa
