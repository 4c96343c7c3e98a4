#include "study/format_runner.h"

#include <ATen/ops/from_blob.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <new>

#include "run/dtypes.h"
#include "run/emulation.h"

namespace mantissa {
namespace {

using Kernels = PrecisionPlan::Kernels;

/// Whether LibTorch has the dtype of every format in the plan.
bool hasDTypes(const Format& format, const RunnerOptions& options) {
    return nativeDType(format) && std::all_of(options.overrides.begin(), options.overrides.end(),
                                              [](const LayerFormat& layer) { return nativeDType(layer.format); });
}

/// The kernels to try, in order.
std::vector<Kernels> kernelsFor(const Format& format, const RunnerOptions& options) {
    switch (options.mode) {
        case RunMode::native:
            return {Kernels::native};
        case RunMode::emulated:
            return {Kernels::emulated};
        case RunMode::automatic:
            break;
    }
    if (!hasDTypes(format, options)) return {Kernels::emulated};
    if (holdsEveryFp32(format)) return {Kernels::native};
    if (options.scope != CastScope::weightsAndActivations) return {Kernels::emulated};
    return {Kernels::native, Kernels::emulated};
}

Result<FirstRun> runWith(const Graph& graph, const PrecisionPlan& plan, const at::Tensor& input,
                         const RunControl& control) {
    auto executor = Executor::prepare(graph, plan);
    if (!executor) return std::move(executor).error();
    LiveMemoryObserver memory(plan, *executor);
    FirstRun first{.executor = *std::move(executor),
                   .mode = plan.kernels == Kernels::native ? RunMode::native : RunMode::emulated,
                   .fallbackFrom = std::nullopt,
                   .output = {},
                   .memory = std::move(memory)};
    RunControl observed = control;
    observed.observer = &first.memory;
    auto output = first.executor.run(input, observed);
    if (!output) return std::move(output).error();
    first.output = *std::move(output);
    return first;
}

}  // namespace

LiveMemoryObserver::LiveMemoryObserver(const PrecisionPlan& plan, const Executor& executor)
    : plan_(plan), inputFormat_(executor.inputFormat()) {
    for (const auto& [name, weight] : executor.weights()) known_.insert(weight.storage().unsafeGetStorageImpl());
}

void LiveMemoryObserver::afterNode(std::size_t, const Node& node, const std::vector<at::Tensor>& outputs,
                                   std::int64_t liveBytes) {
    std::erase_if(made_, [](const Made& one) { return one.storage.expired(); });
    for (const at::Tensor& output : outputs) {
        const auto* storage = output.storage().unsafeGetStorageImpl();
        const auto same = [&](const Made& one) { return one.storage._unsafe_get_target() == storage; };
        if (!known_.contains(storage) && std::none_of(made_.begin(), made_.end(), same))
            made_.push_back({output.storage().getWeakStorageImpl(), &formatFor(plan_, node.layer)});
    }
    peak_ = std::max(peak_, liveBytes);
    storedPeak_ = std::max(storedPeak_, storedBytes(liveBytes));
    timeline_.push_back(liveBytes);
}

/// Native tensors are what is stored; emulated ones are FP32 that stands for less.
std::int64_t LiveMemoryObserver::storedBytes(std::int64_t liveBytes) const {
    if (plan_.kernels == Kernels::native || plan_.scope == CastScope::weights) return liveBytes;
    // By format, so that what is rounded up is a sum, not each tensor.
    std::vector<std::pair<const Format*, std::int64_t>> byFormat{{&inputFormat_, liveBytes}};
    for (const Made& one : made_) {
        const auto storage = one.storage.lock();
        if (!storage) continue;
        const auto bytes = static_cast<std::int64_t>(storage->nbytes());
        byFormat.front().second -= bytes;  // what no node has made is the input
        const auto same = [&](const auto& sum) { return sum.first == one.format || *sum.first == *one.format; };
        const auto sum = std::find_if(byFormat.begin(), byFormat.end(), same);
        if (sum == byFormat.end())
            byFormat.emplace_back(one.format, bytes);
        else
            sum->second += bytes;
    }
    std::int64_t stored = 0;
    for (const auto& [format, bytes] : byFormat) stored += scaledFromFp32(bytes, *format);
    return stored;
}

Result<FirstRun> runFirst(const Graph& graph, const Format& format, const RunnerOptions& options,
                          const at::Tensor& input, const RunControl& control) {
    std::optional<Error> first;
    for (const Kernels kernels : kernelsFor(format, options)) {
        auto run = runWith(graph,
                           {.format = format,
                            .kernels = kernels,
                            .scope = options.scope,
                            .rounding = options.rounding,
                            .overrides = options.overrides,
                            .scales = options.scales},
                           input, control);
        if (run) {
            run->fallbackFrom = std::move(first);
            return run;
        }
        if (run.error().code == ErrorCode::cancelled) return run;
        if (!first) first = std::move(run).error();
    }
    return *std::move(first);
}

Result<PreparedInput> prepareImage(const RgbImage& image, const Preprocessing& how) {
    auto input = preprocess(image, how);
    if (!input) return std::move(input).error();
    at::Tensor tensor = at::from_blob(input->values.data(), input->shape, at::kFloat).clone();
    return PreparedInput{*std::move(input), std::move(tensor)};
}

StoredBytes storedBytes(const Graph& graph, const Format& whole, const std::vector<LayerFormat>& overrides,
                        ScaleGrain grain) {
    const PrecisionPlan plan{.format = whole, .overrides = overrides};
    std::int64_t parameters = 0, buffers = 0, scales = 0, scalesPerTensor = 0;  // the first two in bits
    for (const auto& weight : graph.weights) {
        const Format& format = formatFor(plan, weight.tensor.name);
        const auto& shape = weight.tensor.shape;
        const bool floating = isFloating(weight.tensor.dtype);
        const auto bits =
            weight.tensor.numel() * (floating ? std::int64_t{parameterBits(format, shape.size())}
                                              : static_cast<std::int64_t>(elementBits(weight.tensor.dtype)));
        if (weight.isParameter)
            parameters += bits;
        else if (weight.persistent)
            buffers += bits;
        if (!weight.isParameter || !floating) continue;
        scales += weightScaleBytes(shape, format, grain);
        // What scales blocks has no other way; codes without a scale have none a tensor either.
        const bool scaled = weightGrain(format, shape.size(), grain) != ScaleGrain::none;
        scalesPerTensor += weightScaleBytes(shape, format, scaled ? ScaleGrain::tensor : grain);
    }
    return {.parameters = (parameters + 7) / 8,
            .buffers = (buffers + 7) / 8,
            .scales = scales,
            .scalesPerTensor = scalesPerTensor};
}

std::int64_t activationScaleBytes(const Format& format, const ScaleOptions& scales) {
    if (!scales.bounds) return 0;
    const auto has = [](const ValueBounds& bounds) { return bounds.low < bounds.high; };
    const auto tensors = std::count_if(scales.bounds->nodes.begin(), scales.bounds->nodes.end(), has) +
                         static_cast<std::ptrdiff_t>(has(scales.bounds->input));
    const std::int64_t zeroPoints = format.scaling == Scaling::affine ? (tensors * format.storageBits + 7) / 8 : 0;
    return tensors * std::int64_t{sizeof(float)} + zeroPoints;
}

std::int64_t scaledFromFp32(std::int64_t fp32Bytes, const Format& format) {
    const std::int64_t elements = (fp32Bytes * format.storageBits + 31) / 32;
    if (format.blockSize == 0) return elements;
    const std::int64_t values = fp32Bytes / std::int64_t{sizeof(float)};
    return elements + (values + format.blockSize - 1) / format.blockSize;
}

Error errorFrom(const std::exception& exception, const std::string& where) {
    if (dynamic_cast<const std::bad_alloc*>(&exception))
        return {.code = ErrorCode::unsupported, .message = "needs more memory than there is", .where = where};
    const auto* torch = dynamic_cast<const c10::Error*>(&exception);
    const std::string text = torch ? torch->what_without_backtrace() : exception.what();
    return {.code = ErrorCode::internal, .message = text.substr(0, text.find('\n')), .where = where};
}

}  // namespace mantissa
