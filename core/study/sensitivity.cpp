#include "study/sensitivity.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <set>

#include "run/executor.h"
#include "study/calibrator.h"
#include "study/format_runner.h"
#include "study/module_tree.h"
#include "study/study_input.h"
#include "study/thread_count.h"

namespace mantissa {
namespace {

using Clock = std::chrono::steady_clock;

/// A module's own operators and weights, and the nodes that feel their format.
struct Unit {
    int module = 0;
    std::size_t first = 0, last = 0;
    bool readsInput = false;  ///< its format is the input's too
};

std::vector<Unit> unitsOf(const Graph& graph, const ModuleTree& tree, const Executor& executor) {
    std::vector<std::set<ValueId>> weights(tree.modules().size());
    for (const Weight& weight : graph.weights)
        if (isFloating(weight.tensor.dtype) && weight.castable)
            weights[static_cast<std::size_t>(tree.ofWeight(weight.tensor.name))].insert(weight.value);
    std::optional<std::size_t> inputReader;
    std::vector<std::optional<Unit>> units(tree.modules().size());
    const auto feels = [&](int module, std::size_t node) {
        auto& unit = units[static_cast<std::size_t>(module)];
        if (!unit) unit = Unit{.module = module, .first = node};
        unit->last = node;
    };
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        feels(tree.ofNode(i), i);
        for (const ValueId id : executor.reads(i)) {
            if (id == graph.inputs.at(0) && !inputReader) inputReader = i;
            for (std::size_t m = 0; m < weights.size(); ++m)
                if (weights[m].contains(id)) feels(static_cast<int>(m), i);
        }
    }
    std::vector<Unit> made;
    for (auto& unit : units) {
        if (!unit) continue;
        unit->readsInput = inputReader && tree.ofNode(*inputReader) == unit->module;
        made.push_back(*unit);
    }
    return made;
}

class SensitivityStudy {
  public:
    SensitivityStudy(const SensitivityRequest& request, std::stop_token stop, const Progress& progress)
        : request_(request), stop_(std::move(stop)), progress_(progress), tree_(request.model->graph) {}

    Result<SensitivityReport> run();

  private:
    /// A unit in the format, on its way through the model beside FP32.
    struct Lane {
        std::size_t unit;
        Executor executor;
    };

    PrecisionPlan emulated(const Format& format) const {
        return {.format = format,
                .kernels = PrecisionPlan::Kernels::emulated,
                .scope = request_.scope,
                .rounding = request_.rounding,
                .scales = scales_};
    }
    PrecisionPlan alone(const Unit& unit) const;
    Status prepare();
    Status sweep();
    Status startLanes(std::size_t node);
    Status step(Executor& executor, std::size_t node);
    Status finishLane(Lane& lane, std::size_t node);
    Result<ErrorMetrics> metricsOf(Result<at::Tensor> output) const;
    Result<ErrorMetrics> whole(const std::vector<LayerFormat>& overrides);
    Status findPlan();
    bool meets(const ErrorMetrics& metrics) const;
    Result<bool> tryKeeping(const std::vector<std::size_t>& layers, MixedPlan& plan);
    void tell(const std::string& stage, std::size_t done) const;

    const Graph& graph() const { return request_.model->graph; }
    const std::string& pathOf(std::size_t unit) const {
        return tree_.modules()[static_cast<std::size_t>(units_[unit].module)].path;
    }

    const SensitivityRequest& request_;
    std::stop_token stop_;
    const Progress& progress_;
    ModuleTree tree_;
    at::Tensor input_;
    ScaleOptions scales_;
    std::optional<Executor> reference_;
    std::vector<Unit> units_;
    std::vector<std::optional<LayerSensitivity>> found_;  // as units_
    std::vector<Lane> lanes_;
    SensitivityReport report_;
};

void SensitivityStudy::tell(const std::string& stage, std::size_t done) const {
    if (!progress_) return;
    progress_(
        {.stage = stage, .done = static_cast<std::int64_t>(done), .total = static_cast<std::int64_t>(units_.size())});
}

PrecisionPlan SensitivityStudy::alone(const Unit& unit) const {
    const Format& fp32 = mantissa::format("fp32");
    PrecisionPlan plan = emulated(fp32);
    // The model's own operators have no path that an override could name.
    if (unit.module == 0) plan.format = request_.format;
    const ModuleNode& module = tree_.modules()[static_cast<std::size_t>(unit.module)];
    if (unit.module != 0) plan.overrides.push_back({module.path, request_.format});
    for (const int child : module.children)
        plan.overrides.push_back({tree_.modules()[static_cast<std::size_t>(child)].path, fp32});
    return plan;
}

Status SensitivityStudy::prepare() {
    auto input = takeInput(*request_.model, request_.image, request_.tensor, request_.preprocessing);
    if (!input) return std::move(input).error();
    input_ = std::move(input->tensor);
    if (graph().nodes.empty()) return badRequest("the model has no layers");
    Calibrator calibrator(graph(), input_, input->preprocessing, request_.scales);
    auto scales = calibrator.scalesFor(request_.format, request_.rounding, {.stop = stop_});
    if (!scales) return std::move(scales).error();
    scales_ = *std::move(scales);
    auto reference = Executor::prepare(graph(), {});
    if (!reference) return std::move(reference).error();
    reference_ = *std::move(reference);
    units_ = unitsOf(graph(), tree_, *reference_);
    found_.resize(units_.size());
    auto output = reference_->run(input_, {.stop = stop_});
    if (!output) return std::move(output).error();
    auto logits = logitsOf(*output);
    if (!logits) return std::move(logits).error();
    report_.reference = *std::move(logits);
    report_.nodesRun = static_cast<std::int64_t>(graph().nodes.size());
    auto all = whole({});
    if (!all) return std::move(all).error();
    report_.whole = *std::move(all);
    return Done{};
}

Result<ErrorMetrics> SensitivityStudy::metricsOf(Result<at::Tensor> output) const {
    if (!output) return std::move(output).error();
    auto logits = logitsOf(*output);
    if (!logits) return std::move(logits).error();
    if (logits->size() != report_.reference.size())
        return Error{.code = ErrorCode::unsupported,
                     .message = "gives another number of outputs in " + request_.format.title + " than in FP32"};
    return errorMetrics(report_.reference, *logits, request_.format, kTopAnswers);
}

Result<ErrorMetrics> SensitivityStudy::whole(const std::vector<LayerFormat>& overrides) {
    PrecisionPlan plan = emulated(request_.format);
    plan.overrides = overrides;
    auto executor = reference_->sibling(plan);
    if (!executor) return std::move(executor).error();
    return metricsOf(executor->run(input_, {.stop = stop_}));
}

Status SensitivityStudy::step(Executor& executor, std::size_t node) {
    if (stop_.stop_requested())
        return Error{.code = ErrorCode::cancelled, .message = "stopped before " + graph().nodes[node].layer};
    ++report_.nodesRun;
    return executor.step(node);
}

Status SensitivityStudy::startLanes(std::size_t node) {
    for (std::size_t i = 0; i < units_.size(); ++i) {
        const Unit& unit = units_[i];
        // What rounds the input starts before the first node.
        if ((unit.readsInput ? 0 : unit.first) != node) continue;
        auto executor = reference_->sibling(alone(unit));
        if (!executor) return std::move(executor).error();
        auto status = unit.readsInput ? executor->begin(input_) : executor->beginAt(*reference_, node);
        if (!status) return status;
        lanes_.push_back({i, *std::move(executor)});
    }
    return Done{};
}

/// From behind the unit's last node on: all is FP32 again.
Status SensitivityStudy::finishLane(Lane& lane, std::size_t node) {
    LayerSensitivity result{.layer = pathOf(lane.unit), .exact = lane.executor.sameValues(*reference_), .metrics = {}};
    if (result.exact) {
        result.metrics = errorMetrics(report_.reference, report_.reference, request_.format, kTopAnswers);
    } else {
        for (std::size_t i = node + 1; i < graph().nodes.size(); ++i) {
            if (auto status = step(lane.executor, i); !status) return status;
            lane.executor.release(i);
        }
        auto metrics = metricsOf(lane.executor.result());
        if (!metrics) return std::move(metrics).error();
        result.metrics = *std::move(metrics);
    }
    if (request_.ready) request_.ready(result);
    found_[lane.unit] = std::move(result);
    return Done{};
}

Status SensitivityStudy::sweep() {
    if (auto status = reference_->begin(input_); !status) return status;
    for (std::size_t i = 0; i < graph().nodes.size(); ++i) {
        if (auto status = startLanes(i); !status) return status;
        if (auto status = step(*reference_, i); !status) return status;
        reference_->release(i);
        for (auto& lane : lanes_) {
            if (auto status = step(lane.executor, i); !status) return status;
            lane.executor.release(i);
        }
        for (std::size_t k = 0; k < lanes_.size();) {
            if (units_[lanes_[k].unit].last != i) {
                ++k;
                continue;
            }
            const auto done = static_cast<std::size_t>(
                std::count_if(found_.begin(), found_.end(), [](const auto& one) { return one.has_value(); }));
            tell("Only " + pathOf(lanes_[k].unit) + " in " + request_.format.title, done);
            if (auto status = finishLane(lanes_[k], i); !status) return status;
            lanes_.erase(lanes_.begin() + static_cast<std::ptrdiff_t>(k));
        }
    }
    reference_->end();
    return Done{};
}

bool SensitivityStudy::meets(const ErrorMetrics& metrics) const {
    const bool sqnr = request_.target->measure == PlanTarget::Measure::sqnrDb;
    return (sqnr ? metrics.sqnrDb : metrics.candidateMargin) >= request_.target->value;
}

Result<bool> SensitivityStudy::tryKeeping(const std::vector<std::size_t>& layers, MixedPlan& plan) {
    std::vector<std::string> paths;
    for (std::size_t i = 0; i < units_.size(); ++i)
        if (std::find(layers.begin(), layers.end(), i) != layers.end()) paths.push_back(pathOf(i));
    tell("Looking for a plan: " + std::to_string(paths.size()) + " layers in FP32", units_.size());
    auto overrides = keepingInFp32(graph(), paths, request_.format);
    auto metrics = paths.empty() ? Result<ErrorMetrics>(report_.whole) : whole(overrides);
    if (!metrics) return std::move(metrics).error();
    if (!paths.empty()) ++plan.runs;
    const bool met = meets(*metrics);
    // The latest that will do stays.
    if (met || !plan.met) {
        plan.keep = std::move(paths);
        plan.overrides = std::move(overrides);
        plan.metrics = *std::move(metrics);
        plan.met = met;
    }
    return met;
}

Status SensitivityStudy::findPlan() {
    // The model's own operators lie in no module that a plan could name.
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < units_.size(); ++i)
        if (units_[i].module != 0) order.push_back(i);
    const auto noise = [&](std::size_t i) {
        const double sqnr = found_[i]->metrics.sqnrDb;
        return std::isnan(sqnr) ? -std::numeric_limits<double>::infinity() : sqnr;
    };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return noise(a) < noise(b); });
    const auto first = [&](std::size_t count) {
        return std::vector<std::size_t>(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count));
    };
    MixedPlan plan;
    // Twice as many each time until it is met, then the least of those between.
    std::size_t tooFew = 0, enough = 0;
    auto met = tryKeeping({}, plan);
    while (met && !*met && enough < order.size()) {
        tooFew = enough;
        enough = std::min(order.size(), std::max<std::size_t>(1, 2 * enough));
        met = tryKeeping(first(enough), plan);
    }
    if (!met) return std::move(met).error();
    if (*met)
        while (enough > tooFew + 1) {
            const std::size_t middle = tooFew + (enough - tooFew) / 2;
            met = tryKeeping(first(middle), plan);
            if (!met) return std::move(met).error();
            (*met ? enough : tooFew) = middle;
        }
    auto kept = first(plan.met ? enough : 0);
    for (std::size_t at = kept.size(); at-- > 0 && kept.size() > 1;) {
        auto fewer = kept;
        fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(at));
        met = tryKeeping(fewer, plan);
        if (!met) return std::move(met).error();
        if (*met) kept = std::move(fewer);
    }
    report_.plan = std::move(plan);
    return Done{};
}

Result<SensitivityReport> SensitivityStudy::run() {
    const auto start = Clock::now();
    if (request_.threads < 0) return badRequest("the number of threads cannot be negative");
    const ThreadCount threads(request_.threads);
    report_.format = request_.format;
    if (auto status = prepare(); !status) return std::move(status).error();
    Status status = sweep();
    if (status && request_.target) status = findPlan();
    for (auto& one : found_)
        if (one) report_.layers.push_back(*std::move(one));
    if (!status) {
        if (status.error().code != ErrorCode::cancelled || report_.layers.empty()) return std::move(status).error();
        report_.partial = true;
    }
    report_.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return std::move(report_);
}

}  // namespace

std::vector<LayerFormat> keepingInFp32(const Graph& graph, const std::vector<std::string>& modules,
                                       const Format& format) {
    const ModuleTree tree(graph);
    std::vector<int> kept;
    for (const auto& path : modules) kept.push_back(tree.find(path));
    std::vector<LayerFormat> overrides;
    for (const int module : kept) {
        if (module <= 0) continue;
        overrides.push_back({tree.modules()[static_cast<std::size_t>(module)].path, mantissa::format("fp32")});
        for (const int child : tree.modules()[static_cast<std::size_t>(module)].children)
            if (std::find(kept.begin(), kept.end(), child) == kept.end())
                overrides.push_back({tree.modules()[static_cast<std::size_t>(child)].path, format});
    }
    return overrides;
}

Result<SensitivityReport> analyseSensitivity(const SensitivityRequest& request, std::stop_token stop,
                                             const Progress& progress) {
    if (!request.model) return badRequest("there is no model to look into");
    try {
        return SensitivityStudy(request, std::move(stop), progress).run();
    } catch (const std::exception& exception) {
        return errorFrom(exception, request.model->path.string());
    }
}

}  // namespace mantissa
