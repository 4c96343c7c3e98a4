#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/program.h"
#include "core/graph/model_folder.h"
#include "graph/builder.h"
#include "numerics/format.h"
#include "storage/element_values.h"
#include "storage/safetensors.h"
#include "storage/safetensors_writer.h"
#include "study/cpu_features.h"

// The program's numbers against those that PyTorch and transformers stored.

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::runProgram;

const fs::path kData = MANTISSA_TEST_DATA;

std::vector<double> stored(const SafetensorsFile& file, const std::string& name, std::int64_t row = 0) {
    const TensorRecord& tensor = *file.find(name);
    std::vector<double> values(static_cast<std::size_t>(tensor.shape.at(1)));
    readValues(tensor, row * tensor.shape.at(1), values);
    return values;
}

std::vector<double> logitsOf(const ordered_json& report, std::size_t run) {
    return report.at("runs").at(run).at("logits").get<std::vector<double>>();
}

double scaleOf(const std::vector<double>& logits) {
    double largest = 0;
    for (const double x : logits) largest = std::max(largest, std::abs(x));
    return largest;
}

void expectNear(const std::vector<double>& found, const std::vector<double>& expected, double tolerance,
                const std::string& what) {
    ASSERT_EQ(found.size(), expected.size()) << what;
    for (std::size_t i = 0; i < found.size(); ++i)
        ASSERT_NEAR(found[i], expected[i], tolerance) << what << ", logit " << i;
}

ordered_json compareJson(const std::string& arguments, const std::string& formats = "fp32,bf16,fp16") {
    const auto run = runProgram("compare --json - --runs 0 --formats " + formats + " " + arguments);
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    return ordered_json::parse(run.output, nullptr, false);
}

class MobileVitFolder : public testing::Test {
  protected:
    void SetUp() override {
        if (!fs::exists(folder_)) GTEST_SKIP() << "needs the reference data, " << folder_;
        auto file = openSafetensors(folder_ / "expected.safetensors");
        ASSERT_TRUE(file) << file.error().text();
        expected_ = *std::move(file);
    }

    const fs::path folder_ = kData / "mobilevit/xx-small-seeded";
    SafetensorsFile expected_;
};

TEST_F(MobileVitFolder, StoredPixelsGiveTheStoredLogits) {
    const std::string input = (folder_ / "expected.safetensors").string() + ":pixel_values";
    const auto json = compareJson("--threads 2 --model '" + folder_.string() + "' --input '" + input + "'");
    EXPECT_EQ(json["input"]["tensor"], "pixel_values");
    EXPECT_EQ(json["input"]["shape"], (std::vector<int>{1, 3, 256, 256}));
    const auto logits = stored(expected_, "logits");
    const double scale = scaleOf(logits);
    expectNear(logitsOf(json, 0), logits, 1e-5 * scale, "FP32");
    expectNear(logitsOf(json, 1), stored(expected_, "logits_bf16"), 4 * limits(format("bf16")).epsilon * scale, "BF16");
    expectNear(logitsOf(json, 2), stored(expected_, "logits_fp16"), 4 * limits(format("fp16")).epsilon * scale, "FP16");
    EXPECT_EQ(json["runs"][0]["top"][0]["index"], 698);
    EXPECT_EQ(json["runs"][2]["top"][0]["index"], 698);
    EXPECT_EQ(json["model"]["parameters"], 1'272'024);
    EXPECT_EQ(json["model"]["bytes"]["fp32"], 5'104'800);
    EXPECT_EQ(json["model"]["bytes"]["bf16"], 2'552'528);
}

TEST_F(MobileVitFolder, StoredPixelsGiveTheStoredBitsOnTheRecordedProcessor) {
    const CpuFeatures cpu = cpuFeatures();
    const auto has = [&](const char* feature) {
        return std::find(cpu.arithmetic.begin(), cpu.arithmetic.end(), feature) != cpu.arithmetic.end();
    };
    // As expected.json records it.
    if (cpu.libtorch != "AVX512" || !has("avx512_bf16") || has("avx512_fp16") || has("amx_bf16"))
        GTEST_SKIP() << "this is another kind of processor than the one recorded";
    const std::string input = (folder_ / "expected.safetensors").string() + ":pixel_values";
    const auto json = compareJson("--threads 2 --model '" + folder_.string() + "' --input '" + input + "'");
    if (json["environment"]["libtorch"].get<std::string>().substr(0, 6) != "2.13.0")
        GTEST_SKIP() << "this is another LibTorch than the one recorded";
    expectNear(logitsOf(json, 0), stored(expected_, "logits"), 0, "FP32");
    expectNear(logitsOf(json, 1), stored(expected_, "logits_bf16"), 0, "BF16");
    expectNear(logitsOf(json, 2), stored(expected_, "logits_fp16"), 0, "FP16");
}

TEST_F(MobileVitFolder, ThePictureItselfGivesThemWithinWhatTheRecordSays) {
    const fs::path picture = kData / "images/chelsea.png";
    if (!fs::exists(picture)) GTEST_SKIP() << "needs the reference data, " << picture;
    const auto json = compareJson("--model '" + folder_.string() + "' --image '" + picture.string() + "'");
    EXPECT_EQ(json["image"]["width"], 451);
    EXPECT_EQ(json["image"]["height"], 300);
    EXPECT_EQ(json["model"]["input"]["channel_order"], "bgr");
    // Two correct resamplers move the logits by 0.0283 at most.
    expectNear(logitsOf(json, 0), stored(expected_, "logits"), 0.0284, "FP32");
    EXPECT_EQ(json["runs"][0]["top"][0]["index"], 698);
}

TEST(SimpleCnnFiles, EachFormGivesTheStoredLogits) {
    const fs::path folder = kData / "simplecnn";
    if (!fs::exists(folder)) GTEST_SKIP() << "needs the reference data, " << folder;
    const auto file = openSafetensors(folder / "io.safetensors");
    ASSERT_TRUE(file) << file.error().text();
    for (const char* name : {"simplecnn.safetensors", "simplecnn_bf16.safetensors", "simplecnn_fp16.safetensors",
                             "simplecnn_state_dict.pth", "simplecnn_state_dict_legacy.pth", "simplecnn_checkpoint.pth",
                             "simplecnn_traced.pt", "simplecnn_scripted.pt"}) {
        const std::string form = name;
        const auto json = compareJson("--model '" + (folder / form).string() + "' --input '" +
                                      (folder / "io.safetensors").string() + ":input[3]'");
        // The files that hold 16-bit weights lost their other bits when they were written.
        const bool bf16 = form.find("bf16") != std::string::npos, fp16 = form.find("fp16") != std::string::npos;
        const auto logits = stored(*file,
                                   bf16   ? "logits_bf16_weights_only"
                                   : fp16 ? "logits_fp16_weights_only"
                                          : "logits",
                                   3);
        const double scale = scaleOf(logits);
        expectNear(logitsOf(json, 0), logits, 1e-5 * scale, form + " in FP32");
        if (!fp16)
            expectNear(logitsOf(json, 1), stored(*file, "logits_bf16", 3), 4 * limits(format("bf16")).epsilon * scale,
                       form + " in BF16");
        if (!bf16)
            expectNear(logitsOf(json, 2), stored(*file, "logits_fp16", 3), 4 * limits(format("fp16")).epsilon * scale,
                       form + " in FP16");
        EXPECT_EQ(json["model"]["parameters"], 25'578) << form;
        EXPECT_EQ(json["model"]["bytes"]["fp32"], 4 * 25'578) << form;
        EXPECT_EQ(json["model"]["bytes"]["bf16"], 2 * 25'578) << form;
    }
}

TEST(MobileVitSmall, HasTheBytesThatPyTorchCounts) {
    const fs::path config = kData / "mobilevit/config_small.json";
    if (!fs::exists(config)) GTEST_SKIP() << "needs the reference data, " << config;
    const auto graph = buildMobileVit({}, WeightSource::initialised(1));
    ASSERT_TRUE(graph) << graph.error().text();
    const test::TemporaryFolder folder;
    fs::copy_file(config, folder.path() / "config.json");
    const auto written = writeSafetensors(folder.path() / "model.safetensors", test::recordsOf(*graph));
    ASSERT_TRUE(written) << written.error().text();
    const auto json = compareJson("--model '" + folder.path().string() + "'", "fp32,bf16");
    EXPECT_EQ(json["model"]["parameters"], 5'578'632);
    EXPECT_EQ(json["model"]["bytes"]["fp32"], 22'363'808);
    EXPECT_EQ(json["model"]["bytes"]["bf16"], 11'182'032);
    EXPECT_EQ(json["runs"][0]["memory"]["weight_bytes"], 22'363'808);
    EXPECT_EQ(json["runs"][1]["memory"]["weight_bytes"], 11'182'032);
    EXPECT_EQ(json["runs"][0]["logits"].size(), 1000U);
}

}  // namespace
}  // namespace mantissa
