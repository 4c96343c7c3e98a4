#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/program.h"
#include "numerics/value_text.h"
#include "storage/safetensors_writer.h"

namespace {

using mantissa::test::runProgram;
using nlohmann::ordered_json;

ordered_json jsonOf(const std::string& arguments) {
    const auto run = runProgram("dot " + arguments + " --json -");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    return ordered_json::parse(run.output);
}

/// Two FP32 vectors in a file: 1, 2, 3, 4 and 0.5, 0.5, 0.5, 0.5.
std::filesystem::path writeVectors() {
    static const float a[]{1, 2, 3, 4}, b[]{0.5f, 0.5f, 0.5f, 0.5f};
    const auto record = [](const char* name, const float(&values)[4]) {
        return mantissa::TensorRecord{.name = name,
                                      .dtype = mantissa::DType::f32,
                                      .shape = {4},
                                      .strides = {},
                                      .bytes = std::as_bytes(std::span(values)),
                                      .owner = nullptr};
    };
    const auto path = std::filesystem::temp_directory_path() / "mantissa-cli-dot.safetensors";
    const std::vector<mantissa::TensorRecord> records{record("left", a), record("right", b)};
    EXPECT_TRUE(mantissa::writeSafetensors(path, records));
    return path;
}

TEST(DotCommand, SaysByItselfThatOnesInBf16StopAt256) {
    const auto run = runProgram("dot");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.errors, "");
    EXPECT_TRUE(
        run.output.starts_with("The BF16 sum of 4096 ones stops at 256.\nThe exact sum is 4096. At 256 the gap "))
        << run.output;
    EXPECT_NE(run.output.find("n = 4096, exact sum 4096, Σ|ab| 4096, products in FP32\n"), std::string::npos)
        << run.output;
    EXPECT_NE(run.output.find("LibTorch"), std::string::npos);
    const auto both = jsonOf("--format fp16");
    EXPECT_EQ(both["product"], "fp16");
    EXPECT_EQ(both["sums"][0]["accumulator"], "fp16");
}

TEST(DotCommand, GivesTheSameAsJson) {
    const auto json =
        jsonOf("--n 3000 --format fp32 --accumulate fp32,fp16,bf16 --order sequential,pairwise,kahan,blocked:32");
    EXPECT_EQ(json["schema"], "mantissa.dot/1");
    EXPECT_EQ(json["vectors"]["data"], "ones");
    EXPECT_EQ(json["vectors"]["n"], 3000);
    EXPECT_EQ(json["exact"], 3000);
    ASSERT_EQ(json["sums"].size(), 12u);
    const auto& stopped = json["sums"][8];
    EXPECT_EQ(stopped["accumulator"], "bf16");
    EXPECT_EQ(stopped["order"], "sequential");
    EXPECT_EQ(stopped["sum"], 256);
    EXPECT_EQ(stopped["error"], 256 - 3000);
    EXPECT_EQ(stopped["bound"], nullptr);  // nu ≥ 1
    EXPECT_EQ(stopped["stagnation"]["n"], 256);
    EXPECT_EQ(stopped["stagnation"]["gap"], 2);
    const auto& pairwise = json["sums"][9];
    EXPECT_EQ(pairwise["sum"], 3008);
    EXPECT_EQ(pairwise["stagnation"], nullptr);
    EXPECT_GE(pairwise["bound"]["relative"].get<double>(), std::abs(pairwise["relative_error"].get<double>()));
    EXPECT_EQ(json["sums"][0]["error"], 0);
    EXPECT_EQ(json["steps"].size(), json["sums"][0]["sums"].size());
    EXPECT_EQ(json["libtorch"].size(), 3u);
    EXPECT_EQ(json["libtorch"][0]["sum"], 3000);
}

TEST(DotCommand, SeedsAreReproducible) {
    const std::string arguments = "--data normal --n 500 --format fp32 --accumulate bf16";
    const auto first = jsonOf(arguments + " --seed 1");
    EXPECT_EQ(jsonOf(arguments + " --seed 1"), first);
    EXPECT_NE(jsonOf(arguments + " --seed 2")["exact"], first["exact"]);
    EXPECT_EQ(first["vectors"]["seed"], 1);
}

TEST(DotCommand, ReadsTensorsOfAFile) {
    const auto path = writeVectors();
    const auto json = jsonOf("--data '" + path.string() + ":left,right' --format fp32");
    EXPECT_EQ(json["vectors"]["n"], 4);
    EXPECT_EQ(json["vectors"]["a"], "left");
    EXPECT_EQ(json["exact"], 5);
    const auto missing = runProgram("dot --data '" + path.string() + ":left,nothing'");
    EXPECT_EQ(missing.exitCode, 2);
    EXPECT_NE(missing.errors.find("has no tensor “nothing”"), std::string::npos) << missing.errors;
    std::filesystem::resize_file(path, 40);
    const auto broken = runProgram("dot --data '" + path.string() + ":left,right'");
    EXPECT_EQ(broken.exitCode, 1);
    EXPECT_EQ(std::count(broken.errors.begin(), broken.errors.end(), '\n'), 1) << broken.errors;
    std::filesystem::remove(path);
}

TEST(DotCommand, TakesANeuronOfAModel) {
    const std::filesystem::path source = MANTISSA_SOURCE_DIR;
    const std::string files = "--model '" + (source / "models/mobilevit-xxs-cifar10").string() + "' --image '" +
                              (source / "resources/samples/cat.png").string() + "'";
    const auto json = jsonOf("--data neuron --output 3 --format fp32 " + files);
    EXPECT_EQ(json["vectors"]["data"], "neuron");
    EXPECT_EQ(json["vectors"]["output"], 3);
    EXPECT_EQ(json["vectors"]["n"], 320);
    EXPECT_NEAR(json["sums"][0]["sum"].get<double>(), json["exact"].get<double>(), 1e-3);
    // Without names they are the bundled model and picture, as everywhere.
    EXPECT_EQ(jsonOf("--data neuron --output 3 --format fp32")["exact"], json["exact"]);
    EXPECT_EQ(runProgram("dot --data neuron --layer nowhere " + files).exitCode, 2);
}

TEST(DotCommand, SaysWhatIsAtFault) {
    for (const char* arguments :
         {"--n 0", "--n 1000000000", "--format fp17", "--accumulate e8m0", "--order sideways", "--order blocked:1",
          "--data twos", "--data x.safetensors:", "--data x.safetensors:a", "--n many", "--seed -1"}) {
        const auto run = runProgram(std::string("dot ") + arguments);
        EXPECT_EQ(run.exitCode, 2) << arguments << run.errors;
        EXPECT_EQ(run.output, "") << arguments;
        EXPECT_NE(run.errors, "") << arguments;
    }
    const auto absent = runProgram("dot --data /nowhere.safetensors:a,b");
    EXPECT_EQ(absent.exitCode, 1);
    EXPECT_NE(absent.errors.find("/nowhere.safetensors"), std::string::npos);
    EXPECT_EQ(runProgram("dot --json /nowhere/out.json").exitCode, 1);
}

}  // namespace
