#include <ATen/core/Tensor.h>
#include <ATen/ops/conv2d.h>
#include <ATen/ops/dot.h>
#include <ATen/ops/from_blob.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

#include "core/run/graph_writer.h"
#include "core/study/small_model.h"
#include "numerics/exact_sum.h"
#include "numerics/rounding.h"
#include "run/dtypes.h"
#include "run/executor.h"
#include "run/tensor_view.h"
#include "storage/safetensors_writer.h"
#include "study/dot_product.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;

DotRequest request(DotData data, std::size_t terms, std::vector<std::string> accumulators,
                   std::vector<std::string> orders = {"sequential"}) {
    DotRequest request;
    request.source.data = data;
    request.source.terms = terms;
    for (const auto& name : accumulators)
        for (const auto& order : orders) request.sums.push_back({*findFormat(name), *findOrder(order)});
    return request;
}

DotReport reportOf(const DotRequest& request) {
    auto report = dotProduct(request);
    if (!report) throw std::runtime_error(report.error().text());
    return *std::move(report);
}

TEST(DotProduct, OnesInBf16StopAt256) {
    const auto report = reportOf(request(DotData::ones, 4096, {"fp32", "fp16", "bf16"}));
    EXPECT_EQ(report.exact, 4096);
    EXPECT_EQ(report.sizes, 4096);
    EXPECT_EQ(report.condition, 2);
    EXPECT_EQ(report.series[0].sum, 4096);
    EXPECT_EQ(report.series[0].error, 0);
    EXPECT_FALSE(report.series[0].stagnation);
    EXPECT_EQ(report.series[1].sum, 2048);
    EXPECT_EQ(report.series[1].stagnation->n, 2048u);
    EXPECT_EQ(report.series[2].sum, 256);
    EXPECT_EQ(report.series[2].error, 256 - 4096);
    const auto& stop = report.series[2].stagnation;
    ASSERT_TRUE(stop);
    EXPECT_EQ(stop->n, 256u);
    EXPECT_EQ(stop->sum, 256);
    EXPECT_EQ(stop->gap, 2);
    EXPECT_EQ(stop->largestAddend, 1);
    EXPECT_EQ(report.finding, "The BF16 sum of 4096 ones stops at 256");
    EXPECT_EQ(report.explanation,
              "The exact sum is 4096. At 256 the gap to the next BF16 value is 2, and what is added is at most half of "
              "it, 1: from n = 256 on, adding changes nothing.");
}

TEST(DotProduct, BeforeItStopsItHasNotStopped) {
    EXPECT_FALSE(reportOf(request(DotData::ones, 256, {"bf16"})).series[0].stagnation);
    EXPECT_TRUE(reportOf(request(DotData::ones, 300, {"bf16"})).series[0].stagnation);
    EXPECT_EQ(reportOf(request(DotData::ones, 200, {"bf16", "fp16"})).finding, "Every sum of 200 ones is exact");
}

TEST(DotProduct, OtherOrdersGetFurther) {
    const auto report = reportOf(request(DotData::ones, 4096, {"bf16"}, {"pairwise", "kahan", "blocked:32"}));
    for (const auto& series : report.series) EXPECT_EQ(series.sum, 4096) << series.name();
    const auto uneven = reportOf(request(DotData::ones, 3000, {"bf16"}, {"pairwise"}));
    EXPECT_EQ(uneven.series[0].sum, 3008);  // 2048 + 952, and 952 is kept: 3000 lies between 2992 and 3008
    const auto blocked = reportOf(request(DotData::ones, 100000, {"bf16"}, {"blocked:32"}));
    ASSERT_TRUE(blocked.series[0].stagnation);
    EXPECT_EQ(blocked.series[0].stagnation->sum, 8192);
    EXPECT_EQ(blocked.series[0].stagnation->n, 8192u);
}

TEST(DotProduct, LargePlusSmallMinusLarge) {
    const auto report = reportOf(request(DotData::cancelling, 1026, {"fp32", "bf16"}, {"sequential", "kahan"}));
    EXPECT_EQ(report.exact, 1024);
    EXPECT_EQ(report.series[0].sum, 1024);
    EXPECT_EQ(report.series[2].sum, 0);
    EXPECT_NEAR(report.series[3].sum, 1024, 32);
    EXPECT_FALSE(report.series[2].stagnation);  // the last term moves it
    EXPECT_GT(report.condition, 10);
}

TEST(DotProduct, OverflowIsFoundAndSaid) {
    const auto report = reportOf(request(DotData::growing, 1000, {"fp16"}));
    EXPECT_EQ(report.exact, 500500);
    EXPECT_TRUE(std::isinf(report.series[0].sum));
    ASSERT_TRUE(report.series[0].notFiniteFrom);
    const auto n = *report.series[0].notFiniteFrom;
    const auto& sums = report.series[0].sums;
    EXPECT_TRUE(std::isfinite(sums[n - 2]));
    EXPECT_TRUE(std::isinf(sums[n - 1]));
    EXPECT_NE(report.finding.find("overflows at n = " + std::to_string(n)), std::string::npos) << report.finding;
}

TEST(DotProduct, AnOverflowVoidsTheBound) {
    const auto report = reportOf(request(DotData::growing, 400, {"fp16"}, {"pairwise"}));
    const auto& series = report.series[0];
    ASSERT_TRUE(series.notFiniteFrom);
    EXPECT_FALSE(series.bound);
    for (std::size_t i = 0; i < report.steps.size(); ++i)
        EXPECT_EQ(report.boundsOf(series).at(i).has_value(), report.steps[i] < *series.notFiniteFrom) << i;
}

TEST(DotProduct, AFormatThatClampsStopsAtItsLargestValue) {
    const auto report = reportOf(request(DotData::ones, 300, {"int8"}));
    const auto& series = report.series[0];
    EXPECT_EQ(series.sum, 127);
    ASSERT_TRUE(series.stagnation);
    EXPECT_EQ(series.stagnation->n, 127u);
    EXPECT_TRUE(series.stagnation->clamped());
    EXPECT_EQ(report.finding, "The INT8 sum of 300 ones stops at 127");
    EXPECT_NE(report.explanation.find("clamped"), std::string::npos) << report.explanation;
    EXPECT_FALSE(reportOf(request(DotData::ones, 100, {"int8"})).series[0].stagnation);
}

TEST(DotProduct, CurvesAndErrorsAreThoseOfTheDefinition) {
    for (const DotData data : {DotData::uniform, DotData::normal})
        for (const char* product : {"fp32", "bf16"}) {
            DotRequest asked =
                request(data, 1500, {"fp32", "bf16", "e4m3"}, {"sequential", "pairwise", "blocked:8", "kahan"});
            asked.product = format(product);
            const auto report = reportOf(asked);
            ASSERT_EQ(report.steps.size(), 1500u);
            for (const auto& series : report.series) {
                RunningSum sum({.accumulator = series.how.accumulator,
                                .addends = report.product,
                                .order = series.how.order,
                                .arithmetic = Arithmetic::reference});
                const SeriesBounds bounds = report.boundsOf(series);
                ExactSum exact;
                double sizes = 0, largest = 0;
                for (std::size_t i = 0; i < 1500; ++i) {
                    const double term =
                        static_cast<double>(report.vectors->a[i]) * static_cast<double>(report.vectors->b[i]);
                    const double stored = roundTo(report.product, term);
                    sum.add({&stored, 1});
                    exact.add(term);
                    sizes += std::abs(term);
                    ASSERT_EQ(series.sums[i], sum.value()) << series.name() << ", " << i;
                    ASSERT_EQ(report.exactSums[i], exact.value());
                    largest = std::max(largest, std::abs(exact.minus(sum.value())) / sizes);
                    ASSERT_NEAR(series.largestErrors[i], largest, 1e-12 * largest) << series.name() << ", " << i;
                    if (const auto bound = bounds.at(i); bound && !bound->firstOrder) {
                        ASSERT_LE(std::abs(exact.minus(sum.value())), bound->absolute(sizes) * (1 + 1e-9));
                    }
                }
                EXPECT_EQ(series.error, -exact.minus(sum.value()));
            }
        }
}

TEST(DotProduct, LongSumsDrawAtMostTwoThousandSteps) {
    const auto report = reportOf(request(DotData::uniform, 1'300'000, {"fp32", "bf16"}, {"sequential", "pairwise"}));
    EXPECT_LE(report.steps.size(), 2048u);
    EXPECT_EQ(report.steps.front(), 1u);
    EXPECT_EQ(report.steps.back(), 1'300'000u);
    EXPECT_TRUE(std::is_sorted(report.steps.begin(), report.steps.end()));
    for (const auto& series : report.series) {
        EXPECT_EQ(series.sums.size(), report.steps.size());
        EXPECT_EQ(series.sums.back(), series.sum);
        // What was computed at once, in blocks, is what each step gives by itself.
        for (const std::size_t i : {std::size_t{0}, report.steps.size() / 3, report.steps.size() - 1}) {
            const auto index = static_cast<std::size_t>(&series - report.series.data());
            EXPECT_EQ(dotStep(report, index, report.steps[i]).addition.stored, series.sums[i]) << series.name();
        }
    }
    ASSERT_TRUE(report.series[2].stagnation);
    EXPECT_EQ(report.series[2].stagnation->sum, 256);
}

TEST(DotProduct, SeedsGiveTheSameNumbersWhateverTheLength) {
    const auto vectors = [](DotData data, std::size_t terms, std::uint64_t seed) {
        return *makeDotVectors({.data = data, .terms = terms, .seed = seed, .tensors = {}, .neuron = {}}, {}, {});
    };
    for (const DotData data : {DotData::uniform, DotData::normal}) {
        const auto longer = vectors(data, 20000, 7), shorter = vectors(data, 100, 7), other = vectors(data, 100, 8);
        EXPECT_TRUE(std::equal(shorter.a.begin(), shorter.a.end(), longer.a.begin()));
        EXPECT_TRUE(std::equal(shorter.b.begin(), shorter.b.end(), longer.b.begin()));
        EXPECT_NE(shorter.a, other.a);
        EXPECT_NE(shorter.a, shorter.b);
        for (const auto* values : {&longer.a, &longer.b}) {
            double sum = 0, squares = 0;
            for (const float x : *values) sum += x, squares += static_cast<double>(x) * x;
            const double mean = sum / 20000, variance = squares / 20000 - mean * mean;
            const bool uniform = data == DotData::uniform;
            EXPECT_NEAR(mean, uniform ? 0.5 : 0, 0.03);  // four standard deviations and more
            EXPECT_NEAR(variance, uniform ? 1.0 / 12 : 1, 0.05);
            if (uniform) {
                EXPECT_GE(*std::min_element(values->begin(), values->end()), 0);
                EXPECT_LT(*std::max_element(values->begin(), values->end()), 1);
            }
        }
        const double correlation = std::inner_product(longer.a.begin(), longer.a.end(), longer.b.begin(), 0.0) / 20000 -
                                   (data == DotData::uniform ? 0.25 : 0);
        EXPECT_NEAR(correlation, 0, 0.04);
    }
}

TEST(DotProduct, LibTorchsKernelsStandBeside) {
    const auto report = reportOf(request(DotData::normal, 3000, {"fp64", "fp32", "fp16", "bf16", "tf32", "e4m3"}));
    ASSERT_GE(report.kernels.size(), 4u);
    const auto n = static_cast<std::int64_t>(report.n);
    const at::Tensor a = at::from_blob(const_cast<float*>(report.vectors->a.data()), {n}, at::kFloat);
    const at::Tensor b = at::from_blob(const_cast<float*>(report.vectors->b.data()), {n}, at::kFloat);
    for (const auto& kernel : report.kernels) {
        EXPECT_NE(kernel.format.name, "tf32");
        if (kernel.format.name == "e4m3") {
            EXPECT_TRUE(kernel.failure);
            continue;
        }
        ASSERT_FALSE(kernel.failure) << kernel.failure->text();
        const auto dtype = *nativeDType(kernel.format);
        EXPECT_EQ(kernel.sum, at::dot(a.to(dtype), b.to(dtype)).item().toDouble()) << kernel.format.name;
        EXPECT_NEAR(kernel.error, kernel.sum - report.exact, 1e-15 * report.sizes) << kernel.format.name;
    }
    EXPECT_NEAR(report.kernels[0].sum, report.exact, 1e-12 * report.sizes);
}

TEST(DotStep, ShowsTheTieThatStopsBf16) {
    const auto report = reportOf(request(DotData::ones, 4096, {"bf16"}));
    const DotStep step = dotStep(report, 0, 257);
    EXPECT_EQ(step.addition.left, 256);
    EXPECT_EQ(step.addition.right, 1);
    EXPECT_EQ(step.addition.stored, 256);
    EXPECT_EQ(step.exact, 257);
    EXPECT_EQ(step.exactRest, 0);
    EXPECT_EQ(step.exactBits, 9);
    EXPECT_EQ(step.below, 256);
    EXPECT_EQ(step.above, 258);
    EXPECT_EQ(step.outcome, StepOutcome::tie);
    EXPECT_TRUE(step.changedNothing());
    const DotStep first = dotStep(report, 0, 1);
    EXPECT_EQ(first.addition.left, 0);
    EXPECT_EQ(first.addition.stored, 1);
    EXPECT_EQ(first.outcome, StepOutcome::exact);
    EXPECT_FALSE(first.changedNothing());
}

TEST(DotStep, EveryStepIsRoundedToANeighbour) {
    DotRequest asked = request(DotData::normal, 700, {"fp64", "fp32", "bf16", "e4m3", "int8"},
                               {"sequential", "pairwise", "blocked:8", "kahan"});
    const auto report = reportOf(asked);
    for (std::size_t i = 0; i < report.series.size(); ++i)
        for (std::uint64_t n = 1; n <= report.n; ++n) {
            const DotStep step = dotStep(report, i, n);
            ASSERT_EQ(step.addition.stored, report.series[i].sums[n - 1]) << report.series[i].name() << " at " << n;
            if (!std::isfinite(step.exact) || step.outcome == StepOutcome::overflow) continue;
            ExactSum exact;
            exact.add(step.addition.left);
            exact.add(step.addition.right);
            ASSERT_EQ(exact.value(), step.exact);
            ASSERT_EQ(exact.minus(step.exact), step.exactRest);
            const double toBelow = exact.minus(step.below), toAbove = -exact.minus(step.above);
            ASSERT_GE(toBelow, 0);
            ASSERT_GE(toAbove, 0);
            ASSERT_EQ(step.outcome == StepOutcome::exact, exact.minus(step.addition.stored) == 0);
            ASSERT_TRUE(step.addition.stored == step.below || step.addition.stored == step.above);
            if (step.outcome == StepOutcome::tie) {
                ASSERT_EQ(toBelow, toAbove);
            }
            if (step.outcome == StepOutcome::nearest) {
                ASSERT_EQ(step.addition.stored == step.below, toBelow < toAbove)
                    << report.series[i].name() << " at " << n;
            }
        }
}

TEST(DotStep, SaysOverflow) {
    const auto report = reportOf(request(DotData::growing, 1000, {"fp16", "e3m2"}));
    const auto n = *report.series[0].notFiniteFrom;
    EXPECT_EQ(dotStep(report, 0, n).outcome, StepOutcome::overflow);
    EXPECT_EQ(dotStep(report, 0, n).below, 65504);
    EXPECT_EQ(dotStep(report, 1, 1000).outcome, StepOutcome::overflow);  // E3M2 stays at its largest value
    EXPECT_EQ(dotStep(report, 1, 1000).addition.stored, 28);
}

/// The output of a layer at the place that a neuron is taken from, without its bias, as LibTorch computes it.
TEST(Neuron, IsTheLayersOwnDotProduct) {
    const auto model = smallModel();
    const auto layers = neuronLayers(model->graph);
    ASSERT_GE(layers.size(), 3u);
    for (const auto& layer : layers) {
        // The whole layer, run by the executor.
        Graph upTo = model->graph;
        upTo.nodes.resize(layer.node + 1);
        upTo.outputs = {upTo.nodes.back().outputs.front()};
        auto executor = Executor::prepare(upTo, {});
        ASSERT_TRUE(executor);
        const SourceImage picture = smallPicture();
        auto input = preprocess(picture.rgb, model->preprocessing);
        ASSERT_TRUE(input);
        auto output = executor->run(at::from_blob(input->values.data(), input->shape, at::kFloat).clone());
        ASSERT_TRUE(output) << output.error().text();
        at::Tensor bias;
        for (const auto& weight : model->graph.weights)
            if (weight.tensor.name == layer.layer + ".bias") bias = tensorView(weight.tensor)->to(at::kDouble);
        for (std::size_t neuron = 0; neuron < layer.outputs; neuron += 3) {
            const auto index = static_cast<std::int64_t>(neuron);
            auto terms = neuronTerms(
                {.model = model, .image = picture, .preprocessing = {}, .layer = layer.layer, .output = neuron}, {});
            ASSERT_TRUE(terms) << terms.error().text();
            EXPECT_EQ(terms->weights.size(), layer.terms);
            double sum = bias.defined() ? bias[index].item().toDouble() : 0;
            for (std::size_t i = 0; i < terms->weights.size(); ++i)
                sum += static_cast<double>(terms->weights[i]) * static_cast<double>(terms->activations[i]);
            const at::Tensor row = (*output)[0][index].to(at::kDouble);
            const at::Tensor there = layer.convolution ? row[row.size(0) / 2][row.size(1) / 2] : row;
            EXPECT_NEAR(sum, there.item().toDouble(), 1e-5 * (1 + std::abs(sum))) << terms->name;
        }
    }
}

TEST(Neuron, IsSummedLikeAnyOther) {
    DotRequest asked;
    asked.source = {
        .data = DotData::neuron,
        .terms = {},
        .seed = 1,
        .tensors = {},
        .neuron = {.model = smallModel(), .image = smallPicture(), .preprocessing = {}, .layer = {}, .output = 2}};
    asked.sums = {{format("bf16"), {}}};
    const auto report = dotProduct(asked);
    ASSERT_TRUE(report) << report.error().text();
    const auto last = neuronLayers(asked.source.neuron.model->graph).back();
    EXPECT_EQ(report->n, last.terms);
    EXPECT_NE(report->finding.find(last.layer + ", output 2"), std::string::npos) << report->finding;
}

TEST(Neuron, ErrorsSayWhatThereIs) {
    const Neuron good{.model = smallModel(), .image = smallPicture(), .preprocessing = {}, .layer = {}, .output = 0};
    Neuron noLayer = good;
    noLayer.layer = "nowhere";
    EXPECT_NE(neuronTerms(noLayer, {}).error().text().find("nowhere: is no linear or convolutional layer"),
              std::string::npos);
    Neuron noOutput = good;
    noOutput.output = 5;
    EXPECT_NE(neuronTerms(noOutput, {}).error().text().find("0 to 4; there is no output 5"), std::string::npos);
    Neuron noImage = good;
    noImage.image.reset();
    EXPECT_FALSE(neuronTerms(noImage, {}));
    EXPECT_FALSE(neuronTerms({}, {}));
}

TEST(DotProduct, ReadsTwoTensorsOfAFile) {
    const auto path = std::filesystem::temp_directory_path() / "mantissa-dot-test.safetensors";
    const at::Tensor a = normal({4, 5}, 1), b = normal({20}, 2).to(at::kBFloat16), c = normal({3}, 3),
                     d = normal({20}, 4).to(at::kDouble);
    const std::vector<TensorRecord> records{recordOf("a", a), recordOf("b", b), recordOf("c", c), recordOf("d", d)};
    ASSERT_TRUE(writeSafetensors(path, records));
    DotRequest asked;
    asked.source = {.data = DotData::file, .terms = {}, .seed = 0, .tensors = {path, "a", "b"}, .neuron = {}};
    asked.sums = {{format("fp32"), {}}};
    const auto report = dotProduct(asked);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->n, 20u);
    const double expected = at::dot(a.flatten().to(at::kDouble), b.to(at::kDouble)).item().toDouble();
    EXPECT_NEAR(report->exact, expected, 1e-14);
    EXPECT_EQ(report->vectors->note, "");
    asked.source.terms = 5;
    EXPECT_EQ(dotProduct(asked)->n, 5u);
    asked.source.terms = 21;
    EXPECT_EQ(dotProduct(asked).error().code, ErrorCode::invalidArgument);
    asked.source.terms.reset();
    asked.source.tensors.b = "d";
    EXPECT_EQ(dotProduct(asked)->vectors->note, "rounded from F64 to FP32");
    asked.source.tensors.b = "c";
    EXPECT_NE(dotProduct(asked).error().text().find("“a” has 20 values and “c” 3"), std::string::npos);
    asked.source.tensors.b = "x";
    EXPECT_NE(dotProduct(asked).error().text().find("has no tensor “x”"), std::string::npos);
    std::ofstream(path) << "no tensors";
    EXPECT_FALSE(dotProduct(asked));
    std::filesystem::remove(path);
}

TEST(DotProduct, RefusesWhatCannotBeAsked) {
    EXPECT_FALSE(dotProduct(request(DotData::ones, 0, {"bf16"})));
    EXPECT_FALSE(dotProduct(request(DotData::ones, kMostTerms + 1, {"bf16"})));
    EXPECT_FALSE(dotProduct(request(DotData::ones, 10, {})));
    EXPECT_NE(dotProduct(request(DotData::ones, 10, {"e8m0"})).error().text().find("cannot hold a sum"),
              std::string::npos);
    DotRequest product = request(DotData::ones, 10, {"bf16"});
    product.product = format("e8m0");
    EXPECT_FALSE(dotProduct(product));
    // Blocks share their scales: one value by itself has none.
    product.product = *findFormat("mxfp4");
    EXPECT_NE(dotProduct(product).error().text().find("its elements are FP4 E2M1"), std::string::npos);
    EXPECT_FALSE(dotProduct(request(DotData::ones, 10, {"nvfp4"})));
}

TEST(DotProduct, CanBeCancelledAndSaysHowFarItIs) {
    std::stop_source stop;
    std::int64_t last = -1;
    const auto report =
        dotProduct(request(DotData::ones, 3'000'000, {"bf16"}), stop.get_token(), [&](const ProgressUpdate& update) {
            if (update.stage == "Adding up" && update.done > 500'000) stop.request_stop();
            last = update.done;
            EXPECT_LE(update.done, update.total);
        });
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::cancelled);
    EXPECT_GT(last, 500'000);
    EXPECT_LT(last, 600'000);
}

TEST(DotProduct, NonFiniteVectorsAreSaid) {
    const auto path = std::filesystem::temp_directory_path() / "mantissa-dot-nan.safetensors";
    at::Tensor a = normal({8}, 1);
    a[3].fill_(std::numeric_limits<float>::infinity());
    const std::vector<TensorRecord> records{recordOf("a", a), recordOf("b", normal({8}, 2))};
    ASSERT_TRUE(writeSafetensors(path, records));
    DotRequest asked;
    asked.source = {.data = DotData::file, .terms = {}, .seed = 0, .tensors = {path, "a", "b"}, .neuron = {}};
    asked.sums = {{format("bf16"), {}}};
    const auto report = dotProduct(asked);
    std::filesystem::remove(path);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->finding, "The vectors hold values that are not finite");
    EXPECT_EQ(report->series[0].notFiniteFrom, 4u);
}

}  // namespace
