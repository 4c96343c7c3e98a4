#include "study/layers.h"

#include <algorithm>
#include <chrono>

#include "run/executor.h"
#include "study/calibrator.h"
#include "study/format_runner.h"
#include "study/latency.h"
#include "study/layer_walks.h"
#include "study/module_tree.h"
#include "study/study_input.h"
#include "study/thread_count.h"

namespace mantissa {
namespace {

using Clock = std::chrono::steady_clock;

void add(LayerError& sum, const LayerError& part) {
    sum.weights.add(part.weights);
    sum.activations.add(part.activations);
    sum.both.add(part.both);
    if (!part.native) return;
    if (!sum.native) sum.native.emplace();
    sum.native->add(*part.native);
}

/// "conv2d" of aten::conv2d.
std::string shortName(const std::string& op) {
    const auto colons = op.rfind(':');
    return colons == std::string::npos ? op : op.substr(colons + 1);
}

/// How long each node takes, run by run.
class NodeTimes : public ExecutionObserver {
  public:
    explicit NodeTimes(std::size_t nodes) : times_(nodes) {}

    void start() { before_ = Clock::now(); }
    void afterNode(std::size_t index, const Node&, const std::vector<at::Tensor>&, std::int64_t) override {
        const auto now = Clock::now();
        times_[index].push_back(std::chrono::duration<double, std::milli>(now - before_).count());
        before_ = now;
    }
    void forget() {
        for (auto& times : times_) times.clear();
    }
    double median(std::size_t index) const { return latencyOf(times_[index])->median; }

  private:
    std::vector<std::vector<double>> times_;
    Clock::time_point before_;
};

class LayersStudy {
  public:
    LayersStudy(const LayersRequest& request, std::stop_token stop, const Progress& progress)
        : request_(request), stop_(std::move(stop)), progress_(progress), tree_(request.model->graph) {}

    Result<LayersReport> run();

  private:
    void describe();
    void weigh(LayerWalks& walks);
    Status walk(LayerWalks& walks);
    void takeStep(std::size_t node, LayerWalks::Step step);
    void finish(std::size_t node);
    Status conclude(LayerWalks& walks);
    Status time(Executor& executor, std::optional<double> LayerReport::*milliseconds);
    void addAbove(int module, const std::function<void(LayerReport&)>& change);
    void tell(const std::string& what, std::size_t done);

    const Graph& graph() const { return request_.model->graph; }

    const LayersRequest& request_;
    std::stop_token stop_;
    const Progress& progress_;
    ModuleTree tree_;
    StudyInput input_;
    LayersReport report_;
};

/// Calls `change` for a module and all above it.
void LayersStudy::addAbove(int module, const std::function<void(LayerReport&)>& change) {
    for (; module >= 0; module = tree_.modules()[static_cast<std::size_t>(module)].parent)
        change(report_.layers[static_cast<std::size_t>(module)]);
}

void LayersStudy::tell(const std::string& what, std::size_t done) {
    if (!progress_) return;
    const std::string& path = done < graph().nodes.size() ? graph().nodes[done].layer : std::string();
    progress_({.stage = what + (path.empty() ? "" : ": " + path),
               .done = static_cast<std::int64_t>(done),
               .total = static_cast<std::int64_t>(graph().nodes.size())});
}

void LayersStudy::describe() {
    for (const ModuleNode& module : tree_.modules()) {
        LayerReport& layer = report_.layers.emplace_back();
        layer.path = module.path;
        layer.parent = module.parent;
        layer.depth = module.depth;
        layer.calls = static_cast<std::int64_t>(module.nodes);
        for (const std::size_t node : module.own) {
            const std::string name = shortName(graph().nodes[node].op);
            if (std::find(layer.operators.begin(), layer.operators.end(), name) == layer.operators.end())
                layer.operators.push_back(name);
        }
    }
}

void LayersStudy::weigh(LayerWalks& walks) {
    const auto weights = walks.reference().weights();
    for (std::size_t i = 0; i < graph().weights.size(); ++i) {
        const Weight& weight = graph().weights[i];
        if (!weight.isParameter && !weight.persistent) continue;
        MagnitudeRange range;
        if (const at::Tensor& values = weights.at(weight.tensor.name); values.is_floating_point()) {
            const at::Tensor packed = values.to(at::kFloat).contiguous();
            range = magnitudeRange(
                {static_cast<const float*>(packed.const_data_ptr()), static_cast<std::size_t>(packed.numel())});
        }
        const CastCounts casts = walks.emulated().weightCasts(i);
        addAbove(tree_.ofWeight(weight.tensor.name), [&](LayerReport& layer) {
            layer.parameters += weight.isParameter ? weight.tensor.numel() : 0;
            layer.weightCasts.add(casts);
            layer.weights.add(range);
        });
    }
}

void LayersStudy::takeStep(std::size_t node, LayerWalks::Step step) {
    for (const auto& one : step.compared) {
        LayerReport& layer = report_.layers[static_cast<std::size_t>(one.module)];
        add(layer.local, one.local);
        add(layer.cumulative, one.cumulative);
        layer.outputShape = step.shape;
    }
    addAbove(tree_.ofNode(node), [&](LayerReport& layer) {
        layer.activationCasts.add(step.casts);
        layer.activations.add(step.magnitudes);
    });
}

/// Modules whose last node this was.
void LayersStudy::finish(std::size_t node) {
    for (int module = tree_.ofNode(node); module >= 0;
         module = tree_.modules()[static_cast<std::size_t>(module)].parent) {
        const auto index = static_cast<std::size_t>(module);
        if (tree_.modules()[index].last != node) break;
        report_.layers[index].finished = true;
        if (request_.ready) request_.ready(report_.layers[index], index);
    }
}

Status LayersStudy::walk(LayerWalks& walks) {
    if (auto status = walks.begin(input_.tensor, report_.inputCasts); !status) return status;
    for (std::size_t i = 0; i < graph().nodes.size(); ++i) {
        tell("Layer " + std::to_string(i + 1) + " of " + std::to_string(graph().nodes.size()), i);
        auto step = walks.step(i, stop_);
        if (!step) return std::move(step).error();
        takeStep(i, *std::move(step));
        finish(i);
    }
    return Done{};
}

Status LayersStudy::conclude(LayerWalks& walks) {
    const auto read = [](Result<at::Tensor> output) -> Result<std::vector<double>> {
        if (!output) return std::move(output).error();
        return logitsOf(*output);
    };
    auto reference = read(walks.reference().result()), logits = read(walks.emulated().result());
    if (!reference) return std::move(reference).error();
    if (!logits) return std::move(logits).error();
    report_.reference = *std::move(reference);
    report_.logits = *std::move(logits);
    report_.metrics = errorMetrics(report_.reference, report_.logits, request_.format, kTopAnswers);
    return Done{};
}

/// One run to warm up, then the timed ones; a node's time is the median of its own.
Status LayersStudy::time(Executor& executor, std::optional<double> LayerReport::*milliseconds) {
    NodeTimes times(graph().nodes.size());
    for (int run = 0; run <= request_.runs; ++run) {
        if (progress_)
            progress_(
                {.stage = "Timing " + (milliseconds == &LayerReport::milliseconds ? "FP32" : report_.format.title),
                 .done = run,
                 .total = request_.runs + 1});
        if (run == 1) times.forget();
        times.start();
        auto output = executor.run(input_.tensor, {.stop = stop_, .observer = &times});
        if (!output) return std::move(output).error();
    }
    for (std::size_t i = 0; i < graph().nodes.size(); ++i)
        addAbove(tree_.ofNode(i), [&](LayerReport& layer) {
            layer.*milliseconds = (layer.*milliseconds).value_or(0) + times.median(i);
        });
    return Done{};
}

Result<LayersReport> LayersStudy::run() {
    const auto start = Clock::now();
    if (request_.threads < 0) return badRequest("the number of threads cannot be negative");
    if (request_.runs < 0) return badRequest("the number of timed runs cannot be negative");
    const ThreadCount threads(request_.threads);
    report_.environment = environment();
    report_.model = request_.model;
    report_.image = request_.image;
    report_.tensor = request_.tensor;
    report_.format = request_.format;
    report_.overrides = request_.overrides;
    report_.scales = request_.scales;
    if (auto status = checkOverrides(graph(), request_.overrides); !status) return std::move(status).error();
    auto input = takeInput(*request_.model, request_.image, request_.tensor, request_.preprocessing);
    if (!input) return std::move(input).error();
    input_ = *std::move(input);
    report_.preprocessing = input_.preprocessing;
    if (graph().nodes.empty()) return badRequest("the model has no layers");

    Calibrator calibrator(graph(), input_.tensor, input_.preprocessing, request_.scales);
    auto scales = calibrator.scalesFor(request_.format, request_.rounding, {.stop = stop_});
    if (!scales) return std::move(scales).error();
    auto walks = LayerWalks::prepare(graph(), tree_,
                                     {.format = request_.format,
                                      .rounding = request_.rounding,
                                      .overrides = request_.overrides,
                                      .scales = *std::move(scales)});
    if (!walks) return std::move(walks).error();
    describe();
    weigh(*walks);
    Status status = walk(*walks);
    if (status) status = conclude(*walks);
    if (status && request_.runs > 0) status = time(walks->reference(), &LayerReport::milliseconds);
    if (status && request_.runs > 0 && walks->native())
        status = time(*walks->native(), &LayerReport::nativeMilliseconds);
    report_.nativeError = walks->nativeError();
    if (report_.nativeError)
        for (auto& layer : report_.layers) layer.local.native = layer.cumulative.native = std::nullopt;
    if (!status) {
        const bool any =
            std::any_of(report_.layers.begin(), report_.layers.end(), [](const auto& l) { return l.finished; });
        if (status.error().code != ErrorCode::cancelled || !any) return std::move(status).error();
        report_.partial = true;
    }
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(report_);
}

}  // namespace

Result<LayersReport> analyseLayers(const LayersRequest& request, std::stop_token stop, const Progress& progress) {
    if (!request.model) return badRequest("there is no model to look into");
    try {
        return LayersStudy(request, std::move(stop), progress).run();
    } catch (const std::exception& exception) {
        return errorFrom(exception, request.model->path.string());
    }
}

}  // namespace mantissa
