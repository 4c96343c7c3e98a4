#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/program.h"
#include "csv_rows.h"
#include "temporary_folder.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;
using test::csvRows;
using test::ProgramRun;
using test::runProgram;
using test::TemporaryFolder;

std::vector<std::string> keysOf(const ordered_json& object) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items()) keys.push_back(key);
    return keys;
}

/// With SimpleCNN, whose few modules are known by name here.
ProgramRun onSimpleCnn(const std::string& command, const std::string& arguments) {
    return runProgram(command + " --model simple-cnn-cifar10 " + arguments);
}

TEST(LayersCommand, PrintsARowALayer) {
    const ProgramRun run = onSimpleCnn("layers", "--format e4m3");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    EXPECT_EQ(run.errors, "");
    for (const char* part : {"(model)", "conv1", "relu1", "pool1", "conv2", "fc", "[1, 16, 32, 32]", "FP8 E4M3", "SQNR",
                             "binades", "sub-", "NaN", "exact"})
        EXPECT_NE(run.output.find(part), std::string::npos) << part << "\n" << run.output;
    EXPECT_EQ(run.output.find("native"), std::string::npos) << "E4M3 has no kernels here";
    EXPECT_NE(onSimpleCnn("layers", "--format bf16 --runs 0").output.find("native"), std::string::npos);
}

TEST(LayersCommand, JsonHoldsWhatThePageShowsAndAgreesWithCompare) {
    const ProgramRun run = onSimpleCnn("layers", "--format fp16 --runs 1 --json -");
    ASSERT_EQ(run.exitCode, 0) << run.errors;
    const auto json = ordered_json::parse(run.output);
    EXPECT_EQ(json["schema"], "mantissa.layers/1");
    EXPECT_EQ(json["format"], "fp16");
    ASSERT_EQ(json["layers"].size(), 9U);
    const auto& fc = json["layers"].back();
    EXPECT_EQ(fc["path"], "fc");
    EXPECT_EQ(fc["parent"], 0);
    EXPECT_EQ(fc["output_shape"], ordered_json({1, 10}));
    EXPECT_EQ(keysOf(fc["local"]), (std::vector<std::string>{"weights", "activations", "both", "native"}));
    EXPECT_EQ(keysOf(fc["casts"]["weights"]),
              (std::vector<std::string>{"values", "overflow", "underflow", "subnormal", "nan", "inf"}));
    EXPECT_TRUE(fc["fp32_ms"].is_number());
    EXPECT_TRUE(fc["native_ms"].is_number());
    const auto compared =
        ordered_json::parse(onSimpleCnn("compare", "--formats fp16 --mode emulated --runs 0 --json -").output);
    EXPECT_EQ(json["logits"]["format"], compared["runs"][1]["logits"]);
    EXPECT_NEAR(fc["cumulative"]["both"]["sqnr_db"].get<double>(), compared["comparisons"][0]["sqnr_db"].get<double>(),
                1e-9);
}

TEST(LayersCommand, CsvHasARowALayer) {
    const TemporaryFolder folder;
    const fs::path csv = folder.path() / "layers.csv";
    const ProgramRun run = onSimpleCnn("layers", "--format int8 --runs 0 --depth 1 --csv '" + csv.string() + "'");
    EXPECT_EQ(run.exitCode, 0) << run.errors;
    const auto rows = csvRows(csv);
    ASSERT_EQ(rows.size(), 9U);
    EXPECT_EQ(rows[1].at("path"), "conv1");
    EXPECT_EQ(rows[1].at("operators"), "conv2d");
    EXPECT_EQ(rows[1].at("fp32_ms"), "");
    EXPECT_GT(std::stod(rows[1].at("local_both_sqnr_db")), 10);
    EXPECT_EQ(rows[1].at("local_both_ulp_max"), "nan") << "a step is as large as the scale says";
}

TEST(LayersCommand, SensitivityAndAPlanThatCompareFollows) {
    const auto jsonOf = [](const std::string& command, const std::string& arguments) {
        return ordered_json::parse(onSimpleCnn(command, arguments).output);
    };
    const auto plain = jsonOf("layers", "--format e4m3 --runs 0 --no-sensitivity --json -");
    EXPECT_TRUE(plain["layers"][1]["sensitivity"].is_null());
    EXPECT_FALSE(plain.contains("plan"));
    const auto before =
        jsonOf("compare", "--formats e4m3 --runs 0 --json -")["comparisons"][0]["sqnr_db"].get<double>();
    const std::string target = "sqnr:" + std::to_string(before + 3);
    const auto json = jsonOf("layers", "--format e4m3 --runs 0 --target " + target + " --json -");
    EXPECT_GT(json["layers"][1]["sensitivity"]["sqnr_db"].get<double>(), before);
    EXPECT_EQ(json["layers"].back()["path"], "fc");
    ASSERT_TRUE(json["plan"]["met"].get<bool>());
    std::string keep;
    for (const auto& one : json["plan"]["overrides"])
        keep += (keep.empty() ? "" : ",") + one["layer"].get<std::string>();
    ASSERT_FALSE(keep.empty());
    const auto after = jsonOf("compare", "--formats e4m3 --runs 0 --keep " + keep + " --json -");
    EXPECT_EQ(after["comparisons"][0]["sqnr_db"], json["plan"]["logits"]["sqnr_db"]);
    EXPECT_EQ(after["overrides"][0]["format"], "fp32");
    const ProgramRun text = onSimpleCnn("layers", "--format e4m3 --runs 0 --target " + target);
    EXPECT_NE(text.output.find("only this"), std::string::npos) << text.output;
    EXPECT_NE(text.output.find("--keep " + keep), std::string::npos) << text.output;
}

TEST(LayersCommand, ScalesAndCalibrationReachTheModel) {
    const auto logits = [](const std::string& options) {
        return ordered_json::parse(onSimpleCnn("layers", "--format int8 --runs 0 --no-sensitivity --json - " + options)
                                       .output)["logits"]["format"];
    };
    const auto usual = logits("");
    for (const char* options :
         {"--weight-scales tensor", "--calibrate min-max", "--calibrate percentile --percentile 99", "--calibrate mse"})
        EXPECT_NE(logits(options), usual) << options;
    EXPECT_EQ(
        ordered_json::parse(
            onSimpleCnn("compare", "--formats int8 --runs 0 --calibrate mse --json -").output)["runs"][1]["logits"],
        logits("--calibrate mse"));
}

TEST(LayersCommand, SaysWhatIsScaledAndKept) {
    const std::string options = "--format e4m3 --runs 0 --no-sensitivity --weight-scales channel --keep fc";
    const auto json = ordered_json::parse(onSimpleCnn("layers", options + " --json -").output);
    EXPECT_TRUE(json.contains("scales"));
    const ProgramRun text = onSimpleCnn("layers", options);
    for (const char* words : {"scales    ", "layer     fc in FP32"})
        EXPECT_NE(text.output.find(words), std::string::npos) << text.output;
}

TEST(LayersCommand, WrongInputIsOneLineAndOne) {
    for (const std::string arguments :
         {"--model /nowhere", "--image /nowhere.png", "--format fp64", "--csv /nowhere/x.csv"}) {
        const ProgramRun run = runProgram("layers " + arguments);
        EXPECT_EQ(run.exitCode, 1) << arguments;
        EXPECT_EQ(run.output, "") << arguments;
        EXPECT_EQ(run.errorLines(), 1) << run.errors;
    }
}

TEST(LayersCommand, AWrongCommandLineIsTwo) {
    for (const char* arguments : {"--format nonsense", "--runs -1", "--threads 0", "--depth x", "--json - --csv -",
                                  "--target 40", "--target sqnr:x", "--target snr:3", "--keep fc=nonsense",
                                  "--keep nowhere", "--calibrate guess", "--percentile 20", "--calibration-images ."})
        EXPECT_EQ(runProgram(std::string("layers ") + arguments).exitCode, 2) << arguments;
}

}  // namespace
}  // namespace mantissa
