#include "study/sensitivity.h"

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "bench.h"
#include "bundled.h"
#include "graph/model.h"
#include "run/executor.h"
#include "study/module_tree.h"
#include "study/study_input.h"

namespace mantissa::bench {
namespace {

/// One layer's format, and FP32 for all others: what the study answers, asked of one whole forward pass.
PrecisionPlan alone(const ModuleTree& tree, const std::string& layer, const Format& format) {
    PrecisionPlan plan{.kernels = PrecisionPlan::Kernels::emulated};
    if (layer.empty()) plan.format = format;
    const ModuleNode& module = tree.modules()[static_cast<std::size_t>(tree.find(layer))];
    if (!layer.empty()) plan.overrides.push_back({layer, format});
    for (const int child : module.children)
        plan.overrides.push_back({tree.modules()[static_cast<std::size_t>(child)].path, mantissa::format("fp32")});
    return plan;
}

Outcome run() {
    const auto samples = bundledSamples(), models = bundledModels();
    if (samples.empty() || models.empty()) return notMeasured("there is no bundled model or picture");
    auto model = openModel(models.front());
    auto image = openImage(samples.front());
    if (!model || !image) return notMeasured((model ? image.error() : model.error()).text());
    SensitivityRequest request;
    request.model = *model;
    request.image = *image;
    request.format = format("bf16");
    const Graph& graph = (*model)->graph;
    const ModuleTree tree(graph);
    const auto input = takeInput(**model, image.value(), {}, {});
    auto fp32 = Executor::prepare(graph, {});
    if (!input || !fp32) return notMeasured("the model does not run");

    SensitivityReport report;
    std::vector<std::vector<double>> brute;
    const auto ours = [&] {
        if (auto made = analyseSensitivity(request)) report = *std::move(made);
    };
    const auto theirs = [&] {
        brute.clear();
        for (const auto& one : report.layers) {
            auto executor = fp32->sibling(alone(tree, one.layer, request.format));
            if (!executor) continue;
            if (auto output = executor->run(input->tensor))
                if (auto logits = logitsOf(*output)) brute.push_back(*std::move(logits));
        }
    };
    const PairedTimes times = timePaired(ours, theirs, 9);
    if (report.layers.empty() || brute.size() != report.layers.size()) return notMeasured("a forward pass failed");
    for (std::size_t i = 0; i < brute.size(); ++i) {
        const double wanted = errorMetrics(report.reference, brute[i], request.format, 5).sqnrDb;
        if (std::bit_cast<std::uint64_t>(wanted) != std::bit_cast<std::uint64_t>(report.layers[i].metrics.sqnrDb))
            return notMeasured("the two disagree about layer " + report.layers[i].layer);
    }
    Outcome outcome;
    outcome.figures.push_back({.name = "sensitivity, " + std::to_string(brute.size()) + " layers",
                               .ours = times.ours,
                               .peer = "as many forward passes",
                               .theirs = times.theirs,
                               .unit = "s",
                               .goal = 0.4});
    return outcome;
}

}  // namespace

Benchmark sensitivitySweep() {
    return {"sensitivity", "each layer of the bundled MobileViT alone in BF16, against a forward pass for each", run};
}

}  // namespace mantissa::bench
