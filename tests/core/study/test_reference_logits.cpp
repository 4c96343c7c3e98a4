#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "graph/builder.h"
#include "graph/mobilevit.h"
#include "graph/model.h"
#include "image/image.h"
#include "run/executor.h"
#include "run/tensor_view.h"
#include "storage/safetensors.h"
#include "study/compare.h"

// compare() against logits that PyTorch and transformers stored.

namespace {

using namespace mantissa;
namespace fs = std::filesystem;

const fs::path kData = MANTISSA_TEST_DATA;
const fs::path kMobileVit = kData / "mobilevit/xx-small-seeded";

/// A tensor of a file in FP64; `row` of its first dimension.
std::vector<double> stored(const SafetensorsFile& file, const std::string& name, std::int64_t row = 0) {
    const at::Tensor tensor = tensorView(*file.find(name)).value().select(0, row).to(at::kDouble).contiguous();
    return {tensor.const_data_ptr<double>(), tensor.const_data_ptr<double>() + tensor.numel()};
}

TensorInput picture(const SafetensorsFile& file, const std::string& name, std::int64_t row = 0) {
    const at::Tensor tensor = tensorView(*file.find(name)).value().narrow(0, row, 1).contiguous();
    const auto* values = tensor.const_data_ptr<float>();
    return {.path = file.path.string(),
            .tensor = name,
            .values = {values, values + tensor.numel()},
            .shape = tensor.sizes().vec()};
}

double largestDifference(const std::vector<double>& a, const std::vector<double>& b) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, std::abs(a[i] - b[i]));
    return largest;
}

double meanDifference(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += std::abs(a[i] - b[i]);
    return sum / static_cast<double>(a.size());
}

double scaleOf(const std::vector<double>& logits) {
    double largest = 0;
    for (const double x : logits) largest = std::max(largest, std::abs(x));
    return largest;
}

class MobileVit : public testing::Test {
  protected:
    void SetUp() override {
        if (!fs::exists(kMobileVit)) GTEST_SKIP() << "needs the reference data, " << kMobileVit;
        auto opened = openModel(kMobileVit);
        ASSERT_TRUE(opened) << opened.error().text();
        model_ = *opened;
        auto file = openSafetensors(kMobileVit / "expected.safetensors");
        ASSERT_TRUE(file) << file.error().text();
        expected_ = *std::move(file);
    }

    CompareRequest request(std::vector<Format> candidates) const {
        CompareRequest request;
        request.model = model_;
        request.tensor = picture(*expected_, "pixel_values");
        request.candidates = std::move(candidates);
        request.runs = 0;
        return request;
    }

    ModelPtr model_;
    std::optional<SafetensorsFile> expected_;
};

TEST_F(MobileVit, NativeFormatsGiveTheStoredLogits) {
    const auto report = compare(request({format("fp64"), format("bf16"), format("fp16")}));
    ASSERT_TRUE(report) << report.error().text();
    const auto logits = stored(*expected_, "logits");
    ASSERT_EQ(logits.size(), 1000U);
    const double scale = scaleOf(logits);
    EXPECT_LE(largestDifference(report->reference().logits, logits), 1e-5 * scale);
    EXPECT_LE(largestDifference(report->runs[1].logits, stored(*expected_, "logits_f64")), 1e-13 * scale);
    for (const auto& [run, name] : {std::pair{2, "logits_bf16"}, {3, "logits_fp16"}}) {
        const FormatRun& one = report->runs[static_cast<std::size_t>(run)];
        ASSERT_TRUE(one.ok()) << one.error->text();
        EXPECT_EQ(one.mode, RunMode::native) << name;
        // A few ULP of the format at the logits' scale: kernels differ from one processor to the next.
        EXPECT_LE(largestDifference(one.logits, stored(*expected_, name)), 4 * limits(one.format).epsilon * scale)
            << name;
    }
    EXPECT_EQ(report->reference().top.front().index, 698U);
    EXPECT_EQ(report->runs[3].top.front().index, 698U);
}

TEST_F(MobileVit, RoundedWeightsAloneGiveTheStoredLogits) {
    auto asked = request({format("bf16"), format("fp16")});
    asked.scope = CastScope::weights;
    const auto report = compare(asked);
    ASSERT_TRUE(report) << report.error().text();
    for (const auto& [run, name] : {std::pair{1, "logits_bf16_weights_only"}, {2, "logits_fp16_weights_only"}}) {
        const FormatRun& one = report->runs[static_cast<std::size_t>(run)];
        ASSERT_TRUE(one.ok()) << one.error->text();
        EXPECT_EQ(one.mode, RunMode::emulated);
        const auto logits = stored(*expected_, name);
        EXPECT_LE(largestDifference(one.logits, logits), 1e-5 * scaleOf(logits)) << name;
    }
    EXPECT_EQ(report->reference().mode, RunMode::native);
}

TEST_F(MobileVit, EmulationStaysNearNativeAndBothNearFp32) {
    auto native = compare(request({format("bf16"), format("fp16")}));
    auto asked = request({format("bf16"), format("fp16")});
    asked.mode = RunMode::emulated;
    auto emulated = compare(asked);
    ASSERT_TRUE(native) << native.error().text();
    ASSERT_TRUE(emulated) << emulated.error().text();
    for (std::size_t i = 1; i < 3; ++i) {
        const auto& a = native->comparisons[i - 1].metrics;
        const auto& b = emulated->comparisons[i - 1].metrics;
        EXPECT_EQ(emulated->runs[i].mode, RunMode::emulated);
        // Other orders of summation, other rounding points: the same size of error, not the same error.
        EXPECT_LT(a.meanAbs, 3 * b.meanAbs);
        EXPECT_LT(b.meanAbs, 3 * a.meanAbs);
        EXPECT_GT(b.meanAbs, 0);
    }
    EXPECT_GT(native->comparisons[0].metrics.meanAbs, 4 * native->comparisons[1].metrics.meanAbs);
}

TEST_F(MobileVit, ThePictureItselfGivesNearlyTheStoredLogits) {
    const fs::path file = kData / "images/chelsea.png";
    if (!fs::exists(file)) GTEST_SKIP() << "needs the reference data, " << file;
    auto image = openImage(file);
    ASSERT_TRUE(image) << image.error().text();
    auto asked = request({});
    asked.tensor.reset();
    asked.image = *std::move(image);
    const auto report = compare(asked);
    ASSERT_TRUE(report) << report.error().text();
    ASSERT_TRUE(report->input);
    EXPECT_EQ(report->input->shape, (std::vector<std::int64_t>{1, 3, 256, 256}));
    // What the record beside the logits says two correct resamplers may differ by: 0.028 at most, 0.0068 on average.
    const auto logits = stored(*expected_, "logits");
    EXPECT_LE(largestDifference(report->reference().logits, logits), 0.029);
    EXPECT_LE(meanDifference(report->reference().logits, logits), 0.0069);
    EXPECT_EQ(report->reference().top.front().index, 698U);
}

TEST_F(MobileVit, BytesAreThoseOfTheRecord) {
    const auto report = compare(request({format("bf16"), format("e4m3")}));
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->reference().memory.weightBytes, 5'104'800);
    EXPECT_EQ(report->reference().memory.bufferBytes, 4112 * 4 + 256);
    EXPECT_EQ(report->runs[1].memory.weightBytes, 2'552'528);
    EXPECT_EQ(report->runs[2].memory.weightBytes, 1'276'136 + 256);
    EXPECT_TRUE(report->runs[1].memory.activationMeasured);
    EXPECT_FALSE(report->runs[2].memory.activationMeasured);
    const auto fp32Peak = report->reference().memory.activationPeakBytes;
    EXPECT_EQ(report->runs[1].memory.activationPeakBytes, fp32Peak / 2);
    EXPECT_EQ(report->runs[2].memory.activationPeakBytes, fp32Peak / 4);
    EXPECT_EQ(report->runs[1].memory.hereBytes, 2'552'528 + fp32Peak / 2);
    EXPECT_EQ(report->runs[2].memory.hereBytes, 5'104'800 + fp32Peak);
    // The largest map: 128 × 128, twice (what a layer reads and what it writes).
    EXPECT_GE(fp32Peak, 2 * 32 * 128 * 128 * 4);
}

class SimpleCnnForm : public testing::TestWithParam<std::string> {};

TEST_P(SimpleCnnForm, GivesTheStoredLogits) {
    const fs::path folder = kData / "simplecnn";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    const auto model = openModel(folder / GetParam());
    ASSERT_TRUE(model) << model.error().text();
    const auto file = openSafetensors(folder / "io.safetensors");
    ASSERT_TRUE(file) << file.error().text();
    // The files that hold 16-bit weights lost their other bits when they were written.
    const bool bf16 = GetParam().find("bf16") != std::string::npos, fp16 = GetParam().find("fp16") != std::string::npos;
    const std::string inFp32 = bf16 ? "logits_bf16_weights_only" : fp16 ? "logits_fp16_weights_only" : "logits";
    for (std::int64_t row = 0; row < 8; ++row) {
        CompareRequest request;
        request.model = *model;
        request.tensor = picture(*file, "input", row);
        request.candidates = {format("bf16"), format("fp16")};
        request.runs = 0;
        const auto report = compare(request);
        ASSERT_TRUE(report) << report.error().text();
        const auto logits = stored(*file, inFp32, row);
        const double scale = scaleOf(logits);
        EXPECT_LE(largestDifference(report->reference().logits, logits), 1e-5 * scale) << row;
        if (!fp16) {
            EXPECT_LE(largestDifference(report->runs[1].logits, stored(*file, "logits_bf16", row)),
                      4 * limits(format("bf16")).epsilon * scale);
        }
        if (!bf16) {
            EXPECT_LE(largestDifference(report->runs[2].logits, stored(*file, "logits_fp16", row)),
                      4 * limits(format("fp16")).epsilon * scale);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Files, SimpleCnnForm,
                         testing::Values("simplecnn.safetensors", "simplecnn_bf16.safetensors",
                                         "simplecnn_fp16.safetensors", "simplecnn_state_dict.pth",
                                         "simplecnn_state_dict_legacy.pth", "simplecnn_checkpoint.pth",
                                         "simplecnn_traced.pt", "simplecnn_scripted.pt", "simplecnn.pt2",
                                         "simplecnn_dynamic_batch.pt2"),
                         [](const auto& p) {
                             std::string name = p.param;
                             std::replace(name.begin(), name.end(), '.', '_');
                             return name;
                         });

TEST(MobileVitSmall, BytesAreThoseThatPyTorchCounts) {
    Model model;
    auto graph = buildMobileVit({}, WeightSource::initialised(1));
    ASSERT_TRUE(graph) << graph.error().text();
    model.graph = *std::move(graph);
    EXPECT_EQ(model.parameterCount(), 5'578'632);
    EXPECT_EQ(model.bytesIn(format("fp32")), 22'363'808);
    EXPECT_EQ(model.bytesIn(format("bf16")), 11'182'032);
}

}  // namespace
