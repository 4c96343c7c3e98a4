#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>
#include <sstream>

#include "cli/program.h"
#include "image/cifar_records.h"
#include "temporary_folder.h"

namespace {

using namespace mantissa;
using namespace mantissa::test;
using Json = nlohmann::json;

class EvaluateCommand : public testing::Test {
  protected:
    EvaluateCommand() {
        std::mt19937 random(3);
        std::string bytes;
        for (int i = 0; i < 40; ++i) {
            bytes += static_cast<char>(i % 10);
            for (std::size_t at = 0; at < kCifarPixelBytes; ++at)
                bytes += static_cast<char>((random() % 60 + 20 * i + at / 64) % 256);
        }
        folder_.write("set.bin", bytes);
    }
    /// With the bundled model on forty made-up pictures.
    ProgramRun run(const std::string& arguments) const {
        return runProgram("evaluate --images '" + path("set.bin") + "' " + arguments);
    }
    std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
    static std::string content(const std::string& file) {
        std::stringstream text;
        text << std::ifstream(file).rdbuf();
        return text.str();
    }
    TemporaryFolder folder_;
};

TEST_F(EvaluateCommand, PrintsATableOfEveryFormat) {
    const auto result = run("--formats bf16,e4m3");
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    for (const char* words :
         {"FP32", "BF16", "FP8 E4M3", "top-1", "same answer as FP32", "SQNR", "40 evaluated", "percentile"})
        EXPECT_NE(result.output.find(words), std::string::npos) << words << "\n" << result.output;
    EXPECT_TRUE(result.errors.empty()) << result.errors;
    // Of a ratio in dB the smallest is the worst.
    const auto sqnr = result.output.find("SQNR");
    EXPECT_NE(result.output.find("smallest", sqnr), std::string::npos) << result.output;
    EXPECT_EQ(result.output.find("largest", sqnr), std::string::npos) << result.output;
}

TEST_F(EvaluateCommand, JsonHoldsTheSummaryAndCsvARowAPictureAndFormat) {
    const auto result = run("--formats bf16 --json - --csv '" + path("rows.csv") + "'");
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    const auto json = Json::parse(result.output);
    EXPECT_EQ(json.at("schema"), "mantissa.evaluate/1");
    EXPECT_EQ(json.at("images").at("count"), 40);
    EXPECT_EQ(json.at("reference"), "fp32");
    ASSERT_EQ(json.at("runs").size(), 2U);
    const auto& bf16 = json.at("runs").at(1);
    EXPECT_EQ(bf16.at("format"), "bf16");
    for (const char* rate : {"top1", "top5", "agreement"})
        for (const char* part : {"value", "low", "high"}) EXPECT_TRUE(bf16.at(rate).contains(part)) << rate << part;
    for (const char* metric : {"mean_abs", "max_abs", "kl", "sqnr_db"})
        for (const char* part : {"mean", "p50", "p95", "max"})
            EXPECT_TRUE(bf16.at(metric).contains(part)) << metric << part;
    const auto csv = content(path("rows.csv"));
    EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 81);
}

TEST_F(EvaluateCommand, ResumeTakesWhatIsThere) {
    const std::string onSimpleCnn = "--model simple-cnn-cifar10 ";
    ASSERT_EQ(
        run(onSimpleCnn + "--formats bf16 --json '" + path("a.json") + "' --resume '" + path("rows") + "'").exitCode,
        0);
    // Cut in the middle of a line, as a power cut would.
    const auto rows = content(path("rows"));
    std::ofstream(path("rows"), std::ios::binary) << rows.substr(0, rows.size() * 2 / 3);
    const auto again =
        run(onSimpleCnn + "--formats bf16 --json '" + path("b.json") + "' --resume '" + path("rows") + "'");
    ASSERT_EQ(again.exitCode, 0) << again.errors;
    EXPECT_NE(again.output.find("by an earlier run"), std::string::npos);
    auto a = Json::parse(content(path("a.json"))), b = Json::parse(content(path("b.json")));
    a.erase("seconds"), b.erase("seconds");
    EXPECT_EQ(a, b);
    const auto other = run(onSimpleCnn + "--formats fp16 --resume '" + path("rows") + "'");
    EXPECT_EQ(other.exitCode, 2);
    EXPECT_NE(other.errors.find("rows"), std::string::npos);
}

TEST_F(EvaluateCommand, KeepsLayersAndSaysSo) {
    const auto result = run("--model simple-cnn-cifar10 --formats int8 --keep fc,conv1=bf16");
    ASSERT_EQ(result.exitCode, 0) << result.errors;
    for (const char* words : {"layer     fc in FP32", "layer     conv1 in BF16"})
        EXPECT_NE(result.output.find(words), std::string::npos) << result.output;
    EXPECT_EQ(run("--keep nowhere").exitCode, 2);
    EXPECT_EQ(run("--keep fc=").exitCode, 2);
}

TEST_F(EvaluateCommand, WrongInputIsOneLineAndOne) {
    folder_.write("empty.bin", "");
    std::filesystem::create_directory(folder_.path() / "empty");
    for (const std::string images : {"empty.bin", "missing", "empty"}) {
        const auto result = runProgram("evaluate --images '" + path(images) + "'");
        EXPECT_EQ(result.exitCode, 1) << images;
        EXPECT_TRUE(result.output.empty());
        EXPECT_EQ(std::count(result.errors.begin(), result.errors.end(), '\n'), 1) << result.errors;
        EXPECT_NE(result.errors.find(images), std::string::npos) << result.errors;
    }
}

TEST_F(EvaluateCommand, AWrongCommandLineIsTwo) {
    for (const char* arguments : {"--formats nonsense", "--batch 0", "--mode fast", "--threads x"})
        EXPECT_EQ(run(arguments).exitCode, 2) << arguments;
    EXPECT_EQ(runProgram("evaluate").exitCode, 2);
}

}  // namespace
